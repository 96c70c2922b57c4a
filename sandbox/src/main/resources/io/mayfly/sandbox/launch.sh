# The first process of an instance on the host, run by the platform as
#   setpriv --pdeathsig KILL /bin/sh -c <this> launch.sh PLATFORM_PID JOIN_FILE... -- COMMAND...
# It puts itself where the limits are and becomes COMMAND, which builds the jail.

# The kernel kills this process when the platform ends, but only if it ended after setpriv asked
# for that. Ended before, this process has another parent by now.
[ "$PPID" = "$1" ] || exit 125
shift

# From here on everything this process uses is counted and limited as the instance's.
while [ "$1" != -- ]; do
  echo 0 > "$1" || exit 124
  shift
done
shift

# Should the whole machine run out of memory, instances go before the platform and all others.
echo 1000 > /proc/self/oom_score_adj

ulimit -c 0
ulimit -n 1024
exec "$@"
