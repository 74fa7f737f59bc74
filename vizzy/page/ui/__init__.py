"""Tools for the DOM that know nothing of Vizzy: elements, lists, images, focus, movement, scheduling."""
