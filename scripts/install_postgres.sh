#!/usr/bin/env bash
# A PostgreSQL server for the tests of lakes; does nothing where there is one.
set -euo pipefail
command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && exit 0
exec "$(dirname "$0")/install_packages.sh" PostgreSQL "its server and psql" postgresql
