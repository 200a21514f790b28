"""One edit as one git commit, of its own files only. Whatever stands in the way is said before anything is written."""

from collections.abc import Sequence
from pathlib import Path

from hotline_agi.coordination.git import COMMIT_S, Checkout, GitRefused, checkout
from hotline_agi.errors import HotlineError, SetupError

_UNDER_WAY = {
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
}


def ready_to_commit(folder: Path, paths: Sequence[str]) -> Checkout:
    """The repository of `folder`, if a commit of the files `paths` (relative to it) will hold nothing but this edit.

    :raises SetupError: if not: other changes are staged or lie in the same files, nobody is known as the author…
    """
    repository = checkout(folder)
    for name, what in _UNDER_WAY.items():
        if (repository.top / repository.git("rev-parse", "--git-path", name).decode().strip()).exists():
            raise SetupError(f"{what} is under way in {repository.top}: end it first, or leave out --commit")
    if not repository.succeeds("symbolic-ref", "-q", "HEAD"):
        raise SetupError("no branch is checked out, so the commit would belong to none: run `git switch <branch>`")
    for role in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
        if not repository.succeeds("var", role):
            raise SetupError(
                "git does not know who you are: run `git config user.name '…'` and `git config user.email '…'`"
            )
    staged = _names(repository.git("diff", "--cached", "--name-only", "-z"))
    if staged:
        raise SetupError(
            f"other changes are staged ({', '.join(staged[:3])}{'…' if len(staged) > 3 else ''}): commit them, or take "
            "them back with `git restore --staged`, or leave out --commit"
        )
    full = [repository.prefix + path for path in paths]
    changed = _names(repository.git("status", "--porcelain", "-z", "--untracked-files=all", paths=full))
    if changed:
        raise SetupError(
            f"{', '.join(name[3:] for name in changed)} has changes that are not committed: commit them first, or "
            "leave out --commit"
        )
    ignored = [path for path in full if repository.succeeds("check-ignore", "-q", "--", path)]
    if ignored:
        raise SetupError(f"git ignores {', '.join(ignored)}: see .gitignore, or leave out --commit")
    return repository


def commit(repository: Checkout, paths: Sequence[str], message: str) -> str:
    """Commit these files as they are now; the short id of the commit.

    :raises HotlineError: if git or one of its hooks refuses. The files stay written, and nothing is staged.
    """
    full = [repository.prefix + path for path in paths]
    try:
        repository.git("add", paths=full)
        repository.git("commit", "--quiet", "-m", message, "--only", paths=full, limit_s=COMMIT_S)
    except (GitRefused, SetupError) as fault:
        if repository.succeeds("rev-parse", "-q", "--verify", "HEAD"):
            repository.git("reset", "-q", paths=full)
        raise HotlineError(f"the change is written, but not committed: {fault}") from fault
    return repository.git("rev-parse", "--short", "HEAD").decode().strip()


def _names(listing: bytes) -> list[str]:
    return [name.decode(errors="replace") for name in listing.split(b"\0") if name]
