"""Run all measures and print them. Nothing here passes or fails: it is read."""

import argparse

from tests.bench import exporting, pages, scoring_speed

MEASURES = {"pages": pages.measure, "scoring": scoring_speed.measure, "exports": exporting.measure}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="tests.bench")
    parser.add_argument("only", nargs="*", choices=[*MEASURES, []])
    for name in parser.parse_args().only or MEASURES:
        MEASURES[name]()
