"""The command line of `build_embeddings.py`: reads the options, calls the rest, turns errors into sentences."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from embedding import folder as dataset_folder
from embedding import sources as image_sources
from embedding.backbones import DEFAULT_BACKBONE, BackboneError, NotInstalled, load_backbone
from embedding.folder import FolderError
from embedding.remote import place
from embedding.sources import SourceError, Sources
from embedding.store import ONNX_RUNTIME, TORCH, Plan, Store, StoreError, read_plan
from vizzy.dataset import INDEX_FILE, TABLE_FILE, DatasetError
from vizzy.native.image_files import MOST_MEGAPIXELS
from vizzy.reading.errors import ReadingError
from vizzy.reduction import DIMENSIONS

if TYPE_CHECKING:
    from embedding.work import Network  # with what it imports, Pillow among it, that merging does not need

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ROOT / "static"
AUTO = "auto"
WORK_FOLDER = ".build"
BATCH_SIZE = 64
PICTURE_SIZE = 224
MOST_WORKERS = 8
INTERRUPTED = 130  # as shells report it


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    options = _parse(arguments)
    try:
        _run(options)
    except KeyboardInterrupt:
        print("\nbuild_embeddings: stopped; the same command goes on from here.", file=sys.stderr)
        return INTERRUPTED
    except (SourceError, StoreError, BackboneError, FolderError, DatasetError, ReadingError) as error:
        print(f"build_embeddings: {error}", file=sys.stderr)
        return 1
    except ImportError as error:
        print(f"build_embeddings: {error.name} is missing: pip install -e '.[embeddings]'", file=sys.stderr)
        return 1
    except OSError as error:
        print(
            f"build_embeddings: {error.filename or 'the output'}: {error.strerror or error}", file=sys.stderr
        )
        return 1
    return 0


def _run(options: argparse.Namespace) -> None:
    sources = _sources(options)
    work = options.out / WORK_FOLDER
    if options.restart:
        shutil.rmtree(work, ignore_errors=True)
    options.out.mkdir(parents=True, exist_ok=True)
    if options.scheduler:
        options.inference = _network(options).plan["inference"]  # the same for all shards
        from embedding.distribution import embed_shards  # needs what few have installed

        embed_shards(options, _run)
        options.merge = True
    store = _joined(work, sources) if options.merge else _embedded(work, sources, options)
    unfinished = store.missing(range(store.plan.batches))
    if options.shard:
        _say_shard_done(options, len(unfinished))
    else:
        _check_finished(store, unfinished)
        _write_dataset(sources, store, options)


def _sources(options: argparse.Namespace) -> Sources:
    if options.table:
        sources = image_sources.from_table(options.table, options.images)
    elif options.images:
        sources = image_sources.from_folder(options.images)
    else:
        sources = image_sources.from_dataset(options.out)
    return image_sources.with_truth(sources, options.truth) if options.truth else sources


def _embedded(work: Path, sources: Sources, options: argparse.Namespace) -> Store:
    """Do what is to be done here, all of it or a shard."""
    from embedding.pictures import Pictures
    from embedding.work import embed

    network = _network(options)
    print(network.described)
    plan = Plan(
        images=len(sources.examples),
        sources=sources.digest(),
        batch_size=options.batch_size,
        image_size=0 if options.in_place else options.image_size,
        **network.plan,
    )
    store = Store.open(work, plan)
    batches = plan.shard(*options.shard) if options.shard else range(plan.batches)
    pictures = None if options.in_place else Pictures(options.out, options.image_size)
    embed(sources.examples, network, store, batches, pictures, options.workers, options.max_megapixels)
    return store


def _network(options: argparse.Namespace) -> Network:
    """What runs the backbone: torch, or ONNX Runtime where torch is missing and the network of the page will do."""
    if options.inference == ONNX_RUNTIME:
        return _onnx_network(options)
    try:
        backbone = load_backbone(options.backbone, options.weights)
        from embedding.torch_network import TorchNetwork
    except (NotInstalled, ModuleNotFoundError) as error:
        if options.inference == TORCH or _needing_torch(options):
            raise
        network = _onnx_network(options)
        print(f"{error}, for torch; without it:")
        return network
    return TorchNetwork(backbone, options.device, options.precision)


def _onnx_network(options: argparse.Namespace) -> Network:
    from embedding.onnx_network import OnnxNetwork

    if needing := _needing_torch(options):
        raise BackboneError(f"{needing[0]} needs torch: leave out --inference {ONNX_RUNTIME}, or that")
    return OnnxNetwork()


def _needing_torch(options: argparse.Namespace) -> list[str]:
    """Those of the options that ONNX Runtime does not know here: it runs the network of the page on the CPU."""
    known: dict[str, list] = {
        "backbone": [DEFAULT_BACKBONE],
        "weights": [None],
        "device": [AUTO, "cpu"],
        "precision": [AUTO, "full"],
    }
    return [f"--{name} {getattr(options, name)}" for name, values in known.items() if getattr(options, name) not in values]


def _joined(work: Path, sources: Sources) -> Store:
    """What the shards have left; nothing is embedded, so no network is needed."""
    if not (work / "plan.json").is_file():
        raise StoreError(f"{work} has nothing to merge: run the shards with the same --out first")
    plan = read_plan(work)
    if (plan.images, plan.sources) != (len(sources.examples), sources.digest()):
        raise StoreError(
            "the images or labels are not those that the shards were made from: run the shards again"
        )
    return Store(work, plan)


def _check_finished(store: Store, unfinished: list[int]) -> None:
    if unfinished:
        raise StoreError(
            f"{len(unfinished)} of {store.plan.batches} batches are missing, from number {unfinished[0]} on: run the "
            "shards that have not finished again, or leave out --merge to do the rest here"
        )


def _say_shard_done(options: argparse.Namespace, unfinished: int) -> None:
    number, of = options.shard
    rest = (
        f"{unfinished} batches of other shards are still to come"
        if unfinished
        else "all shards are done: --merge"
    )
    print(f"shard {number}/{of} is done; {rest}")


def _write_dataset(sources: Sources, store: Store, options: argparse.Namespace) -> None:
    name = options.name or _name(options)
    wanted = dataset_folder.Options(options.out, name, options.dimensions, options.map, options.in_place)
    print(dataset_folder.write_dataset(sources, store, wanted), end="")
    if options.menu:
        dataset_folder.add_to_menu(options.out, name, ROOT)
    if not options.keep_work:
        shutil.rmtree(store.folder)
    print(f"\n{_how_to_open(options.out)}")


def _name(options: argparse.Namespace) -> str:
    index = options.out / INDEX_FILE
    if options.in_place and index.is_file():
        return json.loads(index.read_text(encoding="utf-8"))["name"]
    return options.out.resolve().name


def _how_to_open(folder: Path) -> str:
    try:
        path = folder.resolve().relative_to(ROOT).as_posix()
    except ValueError:
        return f"Copy {folder} below {ROOT / 'static'} to open it in the page."
    return f"After ./serve.sh it opens at http://localhost:8000/?dataset={path}"


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = _parser()
    options = parser.parse_args(arguments)
    options.in_place = not (options.images or options.table)
    if options.out is None:
        if not options.in_place:
            parser.error("--out DIR is needed: the dataset folder to make")
        options.out = SHIPPED
    elif options.in_place and not (options.out / TABLE_FILE).is_file():
        parser.error("--images FOLDER or --table CSV is needed: where the images are")
    if options.merge and options.shard:
        parser.error("--merge joins all shards: leave out --shard")
    if options.scheduler and (options.merge or options.shard):
        parser.error("--scheduler runs all shards and joins them: leave out --shard and --merge")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="build_embeddings.py",
        description="Turn images into a dataset that the page opens. Without --images or --table, the embeddings of "
        "the dataset folder in --out (by default the shipped one) are made again.",
    )
    given = parser.add_argument_group("input")
    given.add_argument(
        "--images", type=place, metavar="FOLDER", help="has a subfolder per given label; a path, or an address such as s3://bucket/photos"
    )
    given.add_argument(
        "--table", type=Path, metavar="CSV", help="has the columns file, given_label [, true_label, id]"
    )
    given.add_argument("--truth", type=Path, metavar="CSV", help="has the columns file and true_label")
    given.add_argument(
        "--max-megapixels", type=float, default=MOST_MEGAPIXELS, help="larger images are skipped"
    )
    network = parser.add_argument_group("network")
    network.add_argument(
        "--backbone", default=DEFAULT_BACKBONE, help=f"{DEFAULT_BACKBONE}, resnet18, or any of torchvision's"
    )
    network.add_argument(
        "--weights", type=Path, metavar="FILE", help="a state dict to use instead of the published"
    )
    network.add_argument(
        "--inference", default=AUTO, choices=(AUTO, TORCH, ONNX_RUNTIME), help="what runs the network: by default torch or, without it, ONNX Runtime"
    )
    network.add_argument("--device", default=AUTO, help="auto, cpu, cuda, mps")
    network.add_argument("--precision", default=AUTO, choices=(AUTO, "full", "mixed"))
    network.add_argument("--batch-size", type=_positive, default=BATCH_SIZE)
    network.add_argument("--workers", type=int, default=_default_workers(), help="processes that read images")
    made = parser.add_argument_group("output")
    made.add_argument("--out", type=Path, metavar="DIR", help="the dataset folder")
    made.add_argument("--name", help="what the page calls the dataset; by default, its folder's name")
    made.add_argument("--dimensions", type=_positive, default=DIMENSIONS, help=f"by default {DIMENSIONS}")
    made.add_argument(
        "--image-size", type=_positive, default=PICTURE_SIZE, help="longest side of the pictures shown"
    )
    made.add_argument("--no-map", dest="map", action="store_false", help="leave out the 2-D map")
    made.add_argument("--menu", action="store_true", help="add the dataset to the page's menu")
    shared = parser.add_argument_group("long and shared runs")
    shared.add_argument(
        "--shard", type=_shard, metavar="I/N", help="do only the I-th of N parts, counted from 1"
    )
    shared.add_argument("--merge", action="store_true", help="join the shards into the dataset")
    shared.add_argument(
        "--scheduler", metavar="ADDRESS", help="run shards on the Dask cluster of this scheduler, tcp://host:8786, and join them"
    )
    shared.add_argument("--restart", action="store_true", help="discard what an interrupted run has done")
    shared.add_argument(
        "--keep-work", action="store_true", help="keep the unreduced features when all is done"
    )
    return parser


def _default_workers() -> int:
    return min(os.cpu_count() or 1, MOST_WORKERS)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return number


def _shard(text: str) -> tuple[int, int]:
    try:
        number, of = map(int, text.split("/"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not like 3/16") from None
    if not 1 <= number <= of:
        raise argparse.ArgumentTypeError(f"{text}: the first number must be from 1 to the second")
    return number, of
