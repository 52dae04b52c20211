#!/bin/sh
# pytest-xdist 3.8 forgets its groups under pytest 9.2, without a word.
#
# Guessed: `--dist loadgroup` keeps the tests of one `xdist_group` on one worker
#   under every pytest that pytest-xdist 3.8 admits, or says that it cannot; so
#   a server that a group shares is started once.
# True: with pytest 9.1.1 it does. With pytest 9.2.0 the groups have no effect:
#   pytest-xdist appends the group to the private attribute `_nodeid` of a test,
#   and pytest 9.2 derives `nodeid` from another one. Nothing fails and nothing
#   warns: the tests of a group are spread over all workers, each of which
#   starts what was meant to be shared. It shows only in the time (here a run
#   with browsers and databases did a third more work), and in node ids that no
#   longer end in "@group".
# Versions: pytest 9.1.1 and 9.2.0, pytest-xdist 3.8.0, on Python 3.11.7, seen
#   on 2026-11-28.
#
# Run: sh findings/xdist-groups-pytest-9-2.sh [python3]
# Ends with 0 while the behaviour is as above, with 1 when it has changed.
set -eu
python=${1:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM
cat > "$folder/test_group.py" <<'PY'
import pytest

pytestmark = pytest.mark.xdist_group("shared")


@pytest.mark.parametrize("number", range(40))
def test_with_others(number, worker_id):
    print(f"worker {worker_id}")
PY
changed=0
"$python" -m venv "$folder/venv"
for version in 9.1.1 9.2.0; do
    "$folder/venv/bin/pip" install --quiet --disable-pip-version-check "pytest==$version" pytest-xdist==3.8.0
    (cd "$folder" && venv/bin/pytest -n 2 --dist loadgroup -rP -p no:cacheprovider test_group.py) > "$folder/said"
    workers=$(grep '^worker ' "$folder/said" | sort -u | wc -l)
    echo "pytest $version, pytest-xdist 3.8.0: 40 tests of one group ran on $workers of 2 workers"
    case "$version $workers" in
        "9.1.1 1" | "9.2.0 2") ;;
        *) changed=1 ;;
    esac
done
[ "$changed" = 0 ] && echo "as described at the top" || echo "CHANGED: no longer as described at the top"
exit "$changed"
