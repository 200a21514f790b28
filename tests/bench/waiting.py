from tests.bench.figures import Findings


def run() -> Findings:
    raise NotImplementedError
