"""Keep-alive: production traces of Azure Functions through the platform's own policy, beside a fixed
window of ten minutes. No platform is started; see bench_trace-replay for that."""

import sys
from statistics import median

import report
import traces

SEEDS = 3


class Finding:
    def __init__(self, fields):
        self.trace, self.policy = fields[:2]
        self.window, self.calls, self.cold, self.prewarmed = map(int, fields[2:6])
        self.idle, self.busy, self.cold_ratio, self.idle_ratio = map(float, fields[6:10])


def spread(values):
    return "%.2f (%.2f)" % (median(values), max(values))


def main():
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS
    report.say("simulating; this takes some minutes ...")
    lines = traces.java("TraceReport", traces.folder(), seeds)
    found = [Finding(line) for line in lines if len(line) > 3]
    first = {line[0]: line[2] for line in lines if len(line) == 3}
    names = list(first)

    def of(trace, policy):
        return [finding for finding in found if (finding.trace, finding.policy) == (trace, policy)]

    rows = [[
        "trace", "fixed: cold starts of calls", "fixed: GB h idle", "equal memory-time: cold starts ÷ fixed", "with hindsight",
        "equal cold starts: memory-time ÷ fixed", "with hindsight", "as the platform is set: cold starts ÷ fixed", "memory-time ÷ fixed",
        "prewarmed",
    ]]
    for name in names:
        fixed, standard = of(name, "fixed"), of(name, "default")
        rows.append([
            name,
            "%.0f of %d" % (median(each.cold for each in fixed), fixed[0].calls),
            "%.1f" % (median(each.idle for each in fixed) / 1024 / 3600),
            spread([each.cold_ratio for each in of(name, "learning memory")]),
            spread([each.cold_ratio for each in of(name, "hindsight memory")]),
            spread([each.idle_ratio for each in of(name, "learning cold")]),
            spread([each.idle_ratio for each in of(name, "hindsight cold")]),
            spread([each.cold_ratio for each in standard]),
            spread([each.idle_ratio for each in standard]),
            "%.0f" % median(each.prewarmed for each in standard),
        ])

    bars = [["what must be reached", "median", "worst", "bar", ""]]
    for title, policy, value in (
        ("equal memory-time: cold starts ÷ fixed", "learning memory", lambda each: each.cold_ratio),
        ("equal cold starts: memory-time ÷ fixed", "learning cold", lambda each: each.idle_ratio),
    ):
        for year in ("2019", "2021"):
            values = [value(each) for each in found if each.policy == policy and each.trace.startswith(year)]
            reached = [median(values) <= 0.5, max(values) <= 0.5]
            verdict = "reached" if all(reached) else "reached by the median only" if reached[0] else "not reached"
            bars.append(["%s, %s" % (year, title), "%.2f" % median(values), "%.2f" % max(values), "<= 0.50", verdict])
    report.write("trace", "Keep-alive and prewarming, simulated with production traces", [
        rows,
        bars,
        "Ratios are the median of %d seeds, the worst in brackets. Read: azure2019-triggers-100 (100 functions, 480 minutes; AzurePublicDataset, Shahrad et al., ATC'20) and "
        "azure2021-200-invocations.csv (199 calls of 31 functions in 21 minutes), both CC-BY 4.0. The simulator drives the platform's own policy (`InstanceDemand`, "
        "`KeepAlive`), every second, as the platform does; nothing of it is written twice." % seeds,
        "Each policy learns from the first half of a trace and is judged by the second. The trace of 2019 counts calls by the minute: within it they are placed evenly, at "
        "random, or all at the start. How long a call takes is drawn from its function's percentiles. An instance takes one call at a time and as much memory as its function's application "
        "had allocated on average (2019: 5 to 301 MB) or 128 MB (2021, which tells nothing). Memory-time is that of idle instances, megabytes times seconds; what serves is the "
        "same under every policy. Cold starts are calls that found no instance; instances that are prewarmed count as memory from their start on.",
        "What the policy is asked for is a price of memory-time in cold starts: \"equal\" means the price at which it comes out at the fixed window's memory-time, or cold starts, found by bisection. "
        "\"With hindsight\" is the same policy that has been shown the idle times of the half it is judged by, and no others: what it could reach if there was nothing to learn. "
        "2019 random is the hard case, because a function that is called once in a minute, at a random moment of it, needs its instance nearly all the time.",
        "Functions that are called for the first time in the judged half, which no policy that learns can know of: %s. In 2021 that call is the only one that a fixed window lets start cold, "
        "so there is nothing to halve." % ", ".join("%s in %s" % (count, name) for name, count in first.items()),
    ])


main()
