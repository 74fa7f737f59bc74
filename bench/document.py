"""The tables of docs/performance.md: each is the text between two markers, and one benchmark writes it."""

import datetime
from measuring import ROOT, say

DOCUMENT = ROOT / "docs" / "performance.md"
END = "<!-- end of the table -->"


def begin(name):
    """The line before a benchmark's table."""
    return f"<!-- table: bench/run {name} -->"


def write(options, name, table, line):
    """Put a benchmark's table in place of its last one; returns the exit status.

    Parameters
    ----------
    options : argparse.Namespace
        With ``write``, the file or None, and ``although_busy``.
    name : str
        The benchmark's.
    table : str
    line : dict
        The result, for what it says about the machine.
    """
    if not options.write:
        return 0
    if line["busy"] and not options.although_busy:
        say(f"bench/run: {options.write.name} keeps its last table. {line['busy']}")
        return 3
    text = options.write.read_text(encoding="utf-8")
    options.write.write_text(with_table(text, name, f"{table}\n\n{conditions(line)}"), encoding="utf-8")
    return 0


def with_table(text, name, table):
    """A text with a benchmark's table in it."""
    before, found, rest = text.partition(begin(name))
    _, ended, after = rest.partition(END)
    if not found or not ended:
        raise ValueError(
            f"there is no place for the table of {name}: {begin(name)!r} and {END!r} are expected"
        )
    return f"{before}{begin(name)}\n\n{table}\n\n{END}{after}"


def conditions(line, today=None):
    """Under which conditions a result was measured: a sentence or two."""
    machine = line["machine"]
    told = [
        f"{(today or datetime.date.today()).isoformat()}",
        f"rounds: {line['rounds']}",
        f"processors: {machine['processors']}",
        f"load before: {machine['load_before']}",
    ]
    if machine["others"] is not None:
        told.append(f"processors used by other programs: {machine['others']}")
    if machine["cpu_pressure_percent"] is not None:
        told.append(f"CPU pressure: {machine['cpu_pressure_percent']} %")
    if line.get("browser"):
        told.append(line["browser"])
    return "Measured " + "; ".join(told) + "." + (f" **{line['busy']}**" if line["busy"] else "")


def markdown(header, rows):
    """A Markdown table whose first column is text and whose others are numbers."""
    rule = ["---"] + ["---:"] * (len(header) - 1)
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in (header, rule, *rows))


def figure(value, digits=1):
    """A number as it stands in a table; a summary with the smallest and largest round's beside it."""
    if value is None:
        return ""
    if isinstance(value, dict):
        middle = figure(value["median"] if "median" in value else value["all"], digits)
        if value["min"] == value["max"]:
            return middle
        return f"{middle} ({figure(value['min'], digits)} to {figure(value['max'], digits)})"
    return f"{value:,.{digits}f}"
