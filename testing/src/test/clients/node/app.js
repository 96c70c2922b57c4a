'use strict';
// What a function can see and do, one action for each event.

// The client installed beside this is that of nodejs24.x, which has no callbacks any more but the
// trace's id; the others are in the context up to nodejs22.x only.
const ONE_SIDED = ['callbackWaitsForEmptyEventLoop', 'done', 'fail', 'succeed', 'xRayTraceId'];

const fs = require('node:fs');

let calls = 0;

class Own extends Error {
  constructor(message) {
    super(message);
    this.name = 'Own';
  }
}

const actions = {
  echo: async (event) => event,
  throws: async () => {
    throw new Own('no good: ü 😀');
  },
  counts: async () => ++calls,
  /** Answers once as many calls of the same meeting as the event says are in this instance. */
  meets: async ({ meeting, calls: expected }, context) => {
    fs.writeFileSync(`/tmp/${meeting}-${context.awsRequestId}`, '');
    const present = () => fs.readdirSync('/tmp').filter((name) => name.startsWith(meeting)).length;
    while (present() < expected) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    console.log('met', context.awsRequestId);
    return context.awsRequestId;
  },
  shows_context: async (event, context) => {
    const remaining = context.getRemainingTimeInMillis();
    const keys = Object.keys(context).filter((key) => !ONE_SIDED.includes(key)).sort();
    return {
      ...Object.fromEntries(keys.map((key) => [key, context[key]])),
      logStreamName: context.logStreamName === process.env.AWS_LAMBDA_LOG_STREAM_NAME,
      keys,
      remaining: remaining > 0 && remaining <= event.timeout,
    };
  },
  shows_environment: async () => ({ ...process.env }),
  sleeps: () => new Promise((resolve) => setTimeout(resolve, 3_600_000)),
  exits: async () => process.exit(3),
  logs: async (event, context) => {
    console.log('printed for', context.awsRequestId);
    return null;
  },
};

exports.handler = async (event, context) => actions[event.do](event, context);
