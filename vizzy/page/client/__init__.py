"""The worker as the page sees it: calls, and the newest of many requests."""
