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

exec "$(dirname "$0")/install_packages.sh" "${missing[*]}" "Chromium, its chromedriver and a font with Chinese characters" \
  chromium chromium-driver fontconfig fonts-wqy-microhei
