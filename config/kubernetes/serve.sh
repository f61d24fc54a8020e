#!/bin/sh
# serve.sh DAEMON: what a container runs, as the slot that $SLOT names, like gateway-1. Further slots stand ten ports on, which is
# for hosts that they share. A pod has an address to itself, and probes and Services want the same ports of all: so each
# begins ten lower, and comes to stand where slot 0 does.
set -eu
daemon=$1
shift
begins() { echo "$1=$(($2 - 10 * ${SLOT##*-}))"; }
exec harvestctl serve "$daemon" --id "$SLOT" --config "$(dirname "$0")/harvest.yaml" --no-context \
  --set "$(begins admin.port 7600)" --set "$(begins rpc.port 7500)" --set "$(begins gateway.port 8443)" \
  --set "$(begins connsrv.udp.port 7350)" --set "$(begins connsrv.tcp.port 7351)" \
  --set "$(begins instance.udp.port 7400)" --set "$(begins instance.tcp.port 7401)" "$@"
