# shellcheck shell=bash disable=SC2034
# Shared by the scripts of Tools/: what they need from the machine. Sourced, never run.
#
# Thought for a fresh Debian 12 with a Swift toolchain on the PATH and nothing else.

# SwiftPM fetches over git and links against the C and C++ headers and start files of the system; the rest is ours.
STILLWATCH_PACKAGES=(
    ca-certificates git libc6-dev libgcc-12-dev libstdc++-12-dev binutils zlib1g-dev tzdata
    libprotobuf-c-dev protobuf-c-compiler protobuf-compiler libopenblas-dev pkg-config python3
)
# What Tools/check needs besides: a virtual environment for buf.
STILLWATCH_CHECK_PACKAGES=(python3-venv)
STILLWATCH_SWIFT_MAJOR=6

die() {
    echo "${0##*/}: $*" >&2
    exit 1
}

# Prints those of its arguments that are not installed.
missing_packages() {
    local package
    for package in "$@"; do
        dpkg-query --show --showformat='${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || echo "$package"
    done
}

# Runs a command as root.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "not root and no sudo; as root, run: $*"
    fi
}

# Installs those of its arguments that are missing. Does nothing, and needs no network, when all are there.
install_packages() {
    command -v dpkg-query >/dev/null || die "this is no Debian; install by hand what corresponds to: $*"
    local missing
    mapfile -t missing < <(missing_packages "$@")
    [ "${#missing[@]}" -gt 0 ] || return 0
    echo "installing ${missing[*]}" >&2
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q >&2
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" >&2
}

# Fails with advice unless a Swift toolchain that can build the project is on the PATH.
require_swift() {
    command -v swift >/dev/null \
        || die "no swift on the PATH; install Swift $STILLWATCH_SWIFT_MAJOR or later from swift.org and add its usr/bin"
    local text major
    # Taken whole first: a pipe closed early would look like a failure of swift.
    text=$(swift --version 2>&1) || die "swift does not run: $text"
    major=$(sed -n 's/.*Swift version \([0-9][0-9]*\)\..*/\1/p' <<<"$text" | head -n 1)
    [ -n "$major" ] || die "cannot read the version of swift from: $text"
    [ "$major" -ge "$STILLWATCH_SWIFT_MAJOR" ] \
        || die "Swift $STILLWATCH_SWIFT_MAJOR or later is needed, found: $(head -n 1 <<<"$text")"
}

# Builds the two executables in release.
build_release() {
    echo "building stillwatchd and stillwatch (release)" >&2
    swift build --configuration release --product stillwatchd >&2
    swift build --configuration release --product stillwatch >&2
}

# Prints the directory of the release executables: STILLWATCH_BIN if that is set, else builds them.
release_directory() {
    if [ -n "${STILLWATCH_BIN:-}" ]; then
        echo "$STILLWATCH_BIN"
        return
    fi
    build_release
    swift build --configuration release --show-bin-path
}
