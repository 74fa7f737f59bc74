"""The worker as the page sees it: calls, the newest of many requests, answers asked for ahead."""
