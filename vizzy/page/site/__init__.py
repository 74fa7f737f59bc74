"""The page as a site: what is fetched late, what is kept for times without a network, the dataset menu, the theme."""
