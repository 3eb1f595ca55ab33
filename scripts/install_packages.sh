#!/usr/bin/env bash
# Debian packages for the tests, for the other scripts: install_packages.sh WHAT_IS_MISSING WHAT_TO_INSTALL PACKAGE...
set -euo pipefail
missing=$1 wanted=$2
shift 2
if ! command -v apt-get >/dev/null; then
  echo "missing: $missing; install $wanted" >&2
  exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "missing: $missing; run: sudo apt-get install $*" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq -y --no-install-recommends "$@" >/dev/null
