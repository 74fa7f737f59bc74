"""The few things the views ask of the browser. Text from data goes in as text, never as HTML."""

import asyncio

from js import document, window
from pyscript.ffi import create_proxy

SVG = "http://www.w3.org/2000/svg"


def by_id(name):
    """The element with this id."""
    return document.getElementById(name)


def element(tag, class_name="", text=None, attributes=None):
    """A new element, with text and attributes."""
    node = document.createElement(tag)
    if class_name:
        node.className = class_name
    if text is not None:
        node.textContent = text
    for name, value in (attributes or {}).items():
        node.setAttribute(name, value)
    return node


def button(words, class_name="", listener=None, **attributes):
    """A button, with what a click does (a proxy made by the caller)."""
    node = element("button", class_name, words, dict(attributes, type="button"))
    if listener:
        node.addEventListener("click", listener)
    return node


def svg(tag, attributes):
    """A new SVG element."""
    node = document.createElementNS(SVG, tag)
    for name, value in attributes.items():
        node.setAttribute(name, value)
    return node


def template(name):
    """A copy of what the ``<template>`` with this id holds."""
    return by_id(name).content.firstElementChild.cloneNode(True)


def rem():
    """The size of one rem, in px."""
    return float(window.getComputedStyle(document.documentElement).fontSize[:-2])


def length(node, name):
    """A custom property of a node that is a length in rem, in px."""
    return float(window.getComputedStyle(node).getPropertyValue(name).strip()[: -len("rem")]) * rem()


def clear(node):
    """Take everything out of a node."""
    node.replaceChildren()


def on_click(node, action):
    """Let a click start an asynchronous action; the proxy lives as long as the page."""
    node.addEventListener("click", create_proxy(lambda _event: asyncio.create_task(action())))


def show(node, visible):
    """Show or hide a node."""
    node.hidden = not visible


def enable(button, enabled):
    """Let a button be pressed, or show that it does nothing now. Unlike `disabled` this leaves the focus where it is."""
    disabled = "false" if enabled else "true"
    if button.getAttribute("aria-disabled") != disabled:  # a write that changes nothing would still ask for a frame
        button.setAttribute("aria-disabled", disabled)


def put_attributes(node, attributes, wanted):
    """Give a node some attributes (a dict), or take them away."""
    for name, value in attributes.items():
        if wanted:
            node.setAttribute(name, value)
        else:
            node.removeAttribute(name)


def let_scroll(node, name, scrolls):
    """Let the Tab key reach a node that scrolls, under a name; or not where all of it is in view."""
    put_attributes(node, {"tabindex": "0", "role": "group", "aria-label": name}, scrolls)


def first_pressable(*names):
    """The first of the elements with these ids that can be seen and pressed, or None."""
    for name in names:
        node = by_id(name)
        if node and node.checkVisibility() and node.getAttribute("aria-disabled") != "true":
            return node
    return None


def is_popover_open():
    """Whether there is a popover, which an Escape is meant for."""
    return document.querySelector(":popover-open") is not None


def closest_example(node):
    """The id of the example that a node belongs to, or None."""
    if not node or not hasattr(node, "closest"):
        return None
    holder = node.closest("[data-example]")
    return holder.getAttribute("data-example") if holder else None


def all_showing(example_id):
    """Every element on the page that shows an example."""
    return document.querySelectorAll('[data-example="' + window.CSS.escape(example_id) + '"]')
