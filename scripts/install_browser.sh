#!/usr/bin/env bash
# Chromium, its driver and a font with Chinese characters, for the tests in tests/browser; does nothing where they are.
set -euo pipefail
missing=()
for program in chromium chromedriver; do
  command -v "$program" >/dev/null || missing+=("$program")
done
chinese_font() { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh-cn family)" ]; }
chinese_font || missing+=("a Chinese font")
[ ${#missing[@]} -eq 0 ] && exit 0

packages=(chromium chromium-driver fontconfig fonts-wqy-microhei)
if ! command -v apt-get >/dev/null; then
  echo "missing: ${missing[*]}; install Chromium, its chromedriver and a font with Chinese characters" >&2
  exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "missing: ${missing[*]}; run: sudo apt-get install ${packages[*]}" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq -y --no-install-recommends "${packages[@]}" >/dev/null
