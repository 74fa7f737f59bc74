"""Write tests/cases/small_table.xls, a workbook as Excel 97 to 2003 keeps it: pip install xlwt numpy, then run this.

It holds the table that ``own_data.small_table`` makes, and a second, smaller sheet.
"""

import csv
import io
import sys
from pathlib import Path

import xlwt

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "browser"))

from own_data import small_table  # noqa: E402


def write(path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("Data")
    for row, cells in enumerate(csv.reader(io.StringIO(small_table()))):
        for column, cell in enumerate(cells):
            sheet.write(row, column, float(cell) if row and column > 1 else cell)
    book.add_sheet("Notes").write(0, 0, "made for a test")
    book.save(str(path))


if __name__ == "__main__":
    write(HERE / "small_table.xls")
