#!/usr/bin/env bash
# A PostgreSQL server for the tests of lakes; does nothing where there is one.
set -euo pipefail
command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && exit 0

if ! command -v apt-get >/dev/null; then
  echo "missing: PostgreSQL; install its server and psql" >&2
  exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "missing: PostgreSQL; run: sudo apt-get install postgresql" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq -y --no-install-recommends postgresql >/dev/null
