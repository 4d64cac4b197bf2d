"""Small changes of the rules, one at a time, in a copy of the source: do the tests notice each?

`python -m tests.proof.mutants` prints them. PROOF_MUTANTS says how many are tried, drawn evenly from all with the seed
that is printed (0: all of them). A run of one mutant is a run of the tests that the module names below.
"""

import ast
import copy
import os
import queue
import random
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MOVES = (
    "tests/accreditation/test_transitions.py", "tests/accreditation/test_moves.py", "tests/accreditation/test_send_back.py",
    "tests/accreditation/test_lists.py", "tests/accreditation/test_objections.py", "tests/accreditation/test_publish.py",
    "tests/accreditation/test_moves_of_lists.py", "tests/accreditation/test_moving.py",
)  # fmt: skip
LOCKS = ("select_for_update", "hold_year")
# Module → the tests that must notice.
SUBJECTS = {
    "accreditation/permissions.py": (
        "tests/accreditation/test_permissions_of_offices.py", "tests/accreditation/test_permissions.py", "tests/accreditation/test_panels.py",
    ),
    "accreditation/transitions.py": (*MOVES, "tests/accreditation/test_assessing.py"),
    "accreditation/moving.py": MOVES,
    "accreditation/quotas.py": (
        "tests/accreditation/test_lists.py", "tests/accreditation/test_transitions.py", "tests/accreditation/test_objections.py", "tests/accreditation/test_invariants.py",
    ),
    "subsidies/ledger.py": ("tests/subsidies/test_grant.py", "tests/subsidies/test_ledger.py", "tests/subsidies/test_accrual.py", "tests/subsidies/test_spending.py", "tests/subsidies/test_audits.py", "tests/subsidies/test_invariants.py"),
}  # fmt: skip
AT_ONCE = os.cpu_count() or 1
TRIED = int(os.environ.get("PROOF_MUTANTS", "60"))
APPS = (
    "regions",
    "accounts",
    "scoring",
    "accreditation",
    "subsidies",
    "demonstration",
    "config",
    "tests",
    "templates",
    "fixtures",
    "static",
    "locale",
    "docs",
)
SWAPPED = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn,
    ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And, ast.Add: ast.Sub, ast.Sub: ast.Add,
}  # fmt: skip


def changes(node) -> list:
    """Ways to change one node: (words, function that changes a copy in place)."""
    found = []
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
        found.append(
            (
                f"{type(node.ops[0]).__name__} turned",
                lambda n: n.ops.__setitem__(0, SWAPPED[type(n.ops[0])]()),
            )
        )
    if isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in SWAPPED:
        found.append((f"{type(node.op).__name__} turned", lambda n: setattr(n, "op", SWAPPED[type(n.op)]())))
    if isinstance(node, ast.If | ast.IfExp):
        found.append(("condition turned", lambda n: setattr(n, "test", ast.UnaryOp(ast.Not(), n.test))))
    if isinstance(node, ast.Raise):
        found.append(
            (
                "not raised",
                lambda n: n.__dict__.update(ast.Pass().__dict__) or setattr(n, "__class__", ast.Pass),
            )
        )
    if (
        isinstance(node, ast.Return)
        and node.value is not None
        and not (isinstance(node.value, ast.Constant) and not node.value.value)  # nothing, in other words
    ):
        found.append(("nothing returned", lambda n: setattr(n, "value", ast.Constant(None))))
    if isinstance(node, ast.Constant) and type(node.value) is int:
        found.append(("one more", lambda n: setattr(n, "value", n.value + 1)))
    if isinstance(node, ast.Constant) and type(node.value) is bool:
        found.append(("true for false", lambda n: setattr(n, "value", not n.value)))
    return found


def _apart(tree) -> set:
    """Nodes whose change these tests cannot notice: the branch that a race test's control takes, how rows are locked,
    how many keys one statement names or rows one reading fetches (BATCH, chunk_size), and that two lists of one making are
    said to be of a length (strict).

    On SQLite the transaction is the lock; what locks do on PostgreSQL is shown by the races (tests/races) and their controls.
    """
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TEST_SWITCH" in ast.dump(node.test):
            found |= {node, *ast.walk(node.test)}
            for one in node.body if isinstance(node.test.ops[0], ast.Eq) else ():
                found |= set(ast.walk(one))
        if (
            isinstance(node, ast.Return)
            and isinstance(node.value, ast.Compare)
            and "TEST_SWITCH" in ast.dump(node)
        ):
            found |= set(ast.walk(node))
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "BATCH":
            found |= set(ast.walk(node))
        if isinstance(node, ast.keyword) and node.arg in ("chunk_size", "strict"):
            found |= set(ast.walk(node))
        if isinstance(node, ast.Call) and _called(node) in LOCKS:
            found |= set(ast.walk(node))
        if isinstance(node, ast.IfExp) and isinstance(node.body, ast.Call) and _called(node.body) in LOCKS:
            found |= {node, *ast.walk(node.test)}
        if isinstance(node, ast.If) and all(_only_locks(one) for one in node.body):
            found |= {node, *ast.walk(node.test)}
    return found


def _called(node) -> str:
    return getattr(node.func, "attr", "") or getattr(node.func, "id", "")


def _only_locks(statement) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and _called(statement.value) in LOCKS
    )


def mutants_of(source: str) -> list[tuple[str, str]]:
    """(line and change, the changed source) of every single change; docstrings and imports stay."""
    tree = ast.parse(source)
    apart = _apart(tree)
    made = []
    for number, node in enumerate(ast.walk(tree)):
        for words, change in changes(node) if node not in apart else ():
            other = copy.deepcopy(tree)
            twin = next(n for place, n in enumerate(ast.walk(other)) if place == number)
            change(twin)
            ast.fix_missing_locations(other)
            made.append((f"{getattr(node, 'lineno', 0)}: {words}", ast.unparse(other)))
    return made


def survivors(made, check) -> list[str]:
    """The mutants that `check(source)` does not notice (it says True when it does)."""
    return [words for words, source in made if not check(source)]


def _tests_fail(folder: Path, tests) -> bool:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "PROOF_"))}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-o", "addopts=--strict-markers", "-p", "no:cacheprovider", "-x", "-q", *tests],
        cwd=folder, env={**env, "PYTHONPATH": str(folder), "PORTAL_VAR": str(folder / "var")}, capture_output=True, text=True, timeout=900,
    )  # fmt: skip
    return run.returncode != 0


def _copied(folder: Path) -> Path:
    """The source in a folder of its own."""
    for part in APPS:
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("manage.py", "pyproject.toml"):
        shutil.copy(ROOT / part, folder / part)
    return folder


def _noticed(folder: Path, path, source, tests) -> bool:
    """Whether the tests fail with one module changed; the module is put back."""
    whole = (folder / path).read_text(encoding="utf-8")
    (folder / path).write_text(source, encoding="utf-8")
    try:
        return _tests_fail(folder, tests)
    finally:
        (folder / path).write_text(whole, encoding="utf-8")


def run(subjects=SUBJECTS, tried=TRIED, say=lambda line: None):
    """(killed, made, words of those alive). The tests must pass on the source as it is, else nothing is shown."""
    seed = random.SystemRandom().randrange(10**6)
    say(f"seed {seed}")
    every = [
        (path, *one) for path in subjects for one in mutants_of((ROOT / path).read_text(encoding="utf-8"))
    ]
    chosen = random.Random(seed).sample(every, tried) if 0 < tried < len(every) else every
    alive, free = [], queue.SimpleQueue()
    with tempfile.TemporaryDirectory(prefix="mutants-") as name, ThreadPoolExecutor(AT_ONCE) as people:
        for number in range(AT_ONCE):
            free.put(_copied(Path(name) / str(number)))

        def ask(question, *words):
            folder = free.get()
            try:
                return question(folder, *words)
            finally:
                free.put(folder)

        unchanged = people.map(lambda path: (path, ask(_tests_fail, subjects[path])), subjects)
        if broken := [path for path, failed in unchanged if failed]:
            raise RuntimeError(f"the tests of {broken} fail without any change")

        def killed(one):
            path, words, source = one
            if not ask(_noticed, path, source, subjects[path]):
                alive.append(f"{path}:{words}")
                say(f"alive {alive[-1]}")

        list(people.map(killed, chosen))
    return len(chosen) - len(alive), len(chosen), sorted(alive)


if __name__ == "__main__":
    killed, made, _ = run(say=print)
    print(f"{killed} of {made} killed")
