set -euo pipefail
umask 077
export LC_ALL=C.UTF-8 AWS_PAGER='' AWS_CLI_AUTO_PROMPT=off
export PYTHONIOENCODING=utf-8 PYTHONUTF8=1 # of an AWS CLI that runs in a Python of this system
unset CDPATH

usage() {
	echo "usage: $0 [--dry-run]" >&2
	exit 2
}
dry=''
case "$#:${1-}" in
0:) ;;
1:--dry-run) dry='dry-run' ;;
*) usage ;;
esac
if ! command -v aws >/dev/null; then
	echo "$0: there is no AWS CLI here: run this in CloudShell of account $account, or install the AWS CLI" >&2
	exit 2
fi
dir=$(cd -- "$(dirname -- "$0")" && pwd -P)
copies=${XACCT_COPIES:-"$dir/copies"}
if [ -z "$dry" ] && ! { mkdir -p -- "$copies" && [ -w "$copies" ]; }; then
	echo "$0: copies cannot be kept in $copies: let XACCT_COPIES name a folder that can be written; nothing was written" >&2
	exit 2
fi
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
trap 'exit 1' INT TERM

# Without Python nothing is written: jq changes numbers and drops members that stand twice, so that it serves for looking only.
look() {
	echo "$0: there is no python3 here, and without it a policy cannot be changed safely: nothing was written" >&2
	echo "next: run this in CloudShell, which has python3, or do by hand what stands at the end" >&2
	if [ "$(aws sts get-caller-identity --region "$region" --query Account --output text)" != "$account" ]; then
		echo "$0: these are not credentials of account $account" >&2
		exit 2
	fi
	if command -v jq >/dev/null; then
		look_at || true # there may be no policy yet, or it may not be read
	fi
	by_hand >&2
	exit 3
}
sids() {
	jq -r '(.Policy | fromjson).Statement | if type == "array" then .[] else . end | .Sid // "a statement without a Sid" | @json' 2>/dev/null |
		sed 's/^/  stands there: /' >&2 || true
}
if ! python3 -c '' 2>/dev/null; then
	look
fi
if [ -n "$dry" ] && [ ! -d "$copies" ]; then copies=$scratch; fi
code=0
data | python3 -I -c "$(program)" "$copies" "$scratch" "$dry" "$way" || code=$?
if [ "$code" -eq 3 ]; then
	by_hand >&2
fi
exit "$code"
