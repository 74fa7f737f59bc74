"""What the page knows of a dataset before numpy is up: classes, labels, files, alternative texts.

Made from the ``dataset.json`` of a dataset folder (its description is in
``vizzy.dataset``); plain lists, no numpy, so that the page shows it before the worker is up.
"""

from vizzy.page.language import _, counted


class DatasetIndex:
    """The dataset as the page shows it.

    Parameters
    ----------
    index : dict
        A parsed ``dataset.json``; its long lists may be anything with a length, an index and ``index()``.
    folder : str
        Address of the dataset's folder, ending in "/"; file names are relative to it.
    is_own : bool
        Whether this is somebody's own data, of which the site knows nothing.
    """

    def __init__(self, index, folder="", is_own=False):
        self.name = index["name"]
        self.classes = index["classes"]
        self.ids = index["ids"]
        self.given_label = index["given_label"]
        self.true_label = index.get("true_label")
        self.texts = index.get("texts")
        self.alt = index.get("alt") or self.texts or self.ids
        self.is_own = is_own
        self.brings_pred_probs = bool(index.get("pred_probs"))
        self.folder = folder
        self._files = index["files"]
        self._sprite = index["thumbnails"]
        self.map_file = index.get("map")

    def __len__(self):
        return len(self.ids)

    def row_of(self, example_id):
        """The row of an id, or None."""
        try:
            return self.ids.index(example_id)
        except ValueError:
            return None

    @property
    def has_sprites(self):
        """Whether the folder has images and sprites of their thumbnails."""
        return bool(self._files and self._sprite)

    @property
    def shows_pictures(self):
        """Whether examples are shown by pictures, the folder's or somebody's own; else by their text or id."""
        return bool(self._files and (self._sprite or self.is_own))

    @property
    def shown_by(self):
        """What stands for an example: "pictures", "texts" or "ids"."""
        if self.shows_pictures:
            return "pictures"
        return "texts" if self.texts else "ids"

    @property
    def thing(self):
        """What an example is called."""
        return _("image") if self.shows_pictures else _("example")

    def class_keys(self):
        """Which digit gives which class in the review: a list of (key, label).

        Where classes are called by a digit, that is their key; else the first nine classes have 1 to 9.
        """
        named = [(name, label) for label, name in enumerate(self.classes) if len(name) == 1 and name in "0123456789"]
        return named or [(str(label + 1), label) for label in range(min(9, len(self.classes)))]

    def counted(self, count):
        """A number of examples: 1 image, 300 examples."""
        if self.shows_pictures:
            return counted(count, "{} image", "{} images")
        return counted(count, "{} example", "{} examples")

    def caption(self, example):
        """What stands for an example where there is no picture of it."""
        return (self.texts or self.ids)[example]

    def file_of(self, example):
        """The name of the picture of an example, or None."""
        return self._files[example] if self._files else None

    def picture_address(self, example):
        """Where the full picture of an example is."""
        return self.folder + self._files[example]

    def map_address(self):
        """Where the places of all examples on a map are, or None."""
        return self.folder + self.map_file if self.map_file else None

    def sprite_addresses(self):
        """Where the sprites of all thumbnails are."""
        return [self.folder + name for name in self._sprite["files"]] if self.has_sprites else []

    def sprite_scale(self):
        """Width of a sprite in tiles: its background size over a thumbnail's own size."""
        return self._sprite["columns"] if self.has_sprites else 1

    def sprite_tile(self, example):
        """Where an example's thumbnail lies.

        Returns
        -------
        (int, float, float)
            Number of the sprite; horizontal and vertical background position in per cent.
        """
        sprite, place = divmod(example, self._sprite["per_file"])
        columns = self._sprite["columns"]
        in_sprite = min(self._sprite["per_file"], len(self) - sprite * self._sprite["per_file"])
        rows = -(-in_sprite // columns)
        row, column = divmod(place, columns)
        return sprite, _share(column, columns), _share(row, rows)

    def current_label(self, state, example):
        """The label an example is given now, changes included."""
        return state.changed_labels.get(example, self.given_label[example])

    def trained_label(self, state, example):
        """The label an example had when the present predictions were made."""
        return (state.trained_labels or {}).get(example, self.given_label[example])


def _share(position, count):
    return 100 * position / (count - 1) if count > 1 else 0
