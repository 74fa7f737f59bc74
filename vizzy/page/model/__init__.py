"""What the page knows: the state, the open dataset, the address, and the sentences made of them. No DOM, no worker."""
