'use strict';
// Handlers for the contract with AWS's client.

exports.echo = async (event) => event;
exports.plain = (event) => {
  // Returns without a promise: a handler of old, whose answer nobody gave.
  return event;
};

exports.context = async (event, context) => ({
  keys: Object.keys(context).sort(),
  values: JSON.parse(JSON.stringify(context)),
  remaining: context.getRemainingTimeInMillis() > 0 && context.getRemainingTimeInMillis() <= 3600000,
  trace: process.env._X_AMZN_TRACE_ID,
});

exports.environment = async () => {
  const { MAYFLY_SOCKET, AWS_LAMBDA_RUNTIME_API, ...rest } = process.env;
  return Object.fromEntries(Object.entries(rest).sort());
};

exports.throws = async () => {
  throw new TypeError('no good: ü');
};
exports.throwsAtOnce = () => {
  throw new RangeError('at once');
};

class OwnError extends Error {
  constructor(message) {
    super(message);
    this.name = 'OwnError';
    this.code = 'E_OWN';
    this.details = { a: 1, inner: new Error('inner') };
  }
}
exports.throwsOwn = async () => {
  throw new OwnError('mine');
};
exports.throwsText = async () => {
  throw 'only text';
};
exports.throwsNothing = async () => {
  throw undefined;
};
exports.throwsObject = async () => {
  throw { name: 'like', message: 'an error', stack: 'like: an error\n    at somewhere' };
};
exports.throwsCause = async () => {
  throw new Error('outer', { cause: new Error('inner') });
};
exports.throwsNull = async () => {
  throw null;
};
exports.throwsDelete = async () => {
  throw new Error('with \x7f inside');
};

exports.callback = (event, context, callback) => callback(null, { got: event });
exports.callbackError = (event, context, callback) => callback(new Error('by callback'));
exports.callbackText = (event, context, callback) => callback('by callback');
exports.callbackLater = (event, context, callback) =>
  setTimeout(() => callback(null, 'later'), 20);
exports.callbackThenWork = (event, context, callback) => {
  setTimeout(() => console.log('work'), 30);
  callback(null, 'waits');
};
let leftOver = 0;
exports.callbackThenLeave = (event, context, callback) => {
  context.callbackWaitsForEmptyEventLoop = false;
  setTimeout(() => {
    leftOver += 1;
  }, 5000);
  callback(null, leftOver);
};
exports.callbackTwice = (event, context, callback) => {
  callback(null, 'first');
  callback(null, 'second');
};
exports.callbackNever = () => {
  setTimeout(() => console.log('nothing more'), 10);
};
exports.neverResolves = () => new Promise(() => {});
exports.done = (event, context) => context.done(null, 'done');
exports.doneError = (event, context) => context.done(new Error('done'));
exports.succeed = (event, context) => context.succeed({ a: 1 });
exports.fail = (event, context) => context.fail(new Error('failed'));
exports.failNothing = (event, context) => context.fail();
exports.thenable = () => ({ then: (resolve) => resolve('thenable') });

exports.returnsNothing = async () => {};
exports.returnsCircle = async () => {
  const circle = {};
  circle.self = circle;
  return circle;
};
exports.returnsBigInt = async () => 10n;
exports.returnsDate = async () => new Date(0);
exports.returnsOdd = async () => ({ a: undefined, b: NaN, c: new Map([[1, 2]]), d: () => {} });
exports.returnsText = async () => 'ü 😀 \u2028 < & \x00 \x7f \ud800';
exports.returnsMuch = async () => 'x'.repeat(5000000);
exports.callbackCircle = (event, context, callback) => {
  const circle = {};
  circle.self = circle;
  callback(null, circle);
};

exports.exits = async () => process.exit(3);
exports.exitsWell = async () => process.exit(0);
exports.rejectsUnhandled = async () => {
  Promise.reject(new Error('nobody cares'));
  await new Promise((resolve) => setTimeout(resolve, 1000));
};
exports.throwsLater = async () => {
  setTimeout(() => {
    throw new Error('uncaught');
  }, 1);
  await new Promise((resolve) => setTimeout(resolve, 1000));
};

exports.logs = async (event) => {
  console.log('plain %s and %d', 'ü', 5, { a: [1, { b: {} }] });
  console.info();
  console.warn('two\nlines');
  console.error(new Error('logged').message);
  console.debug(null, undefined, 1);
  console.trace('trace');
  process.stdout.write('raw\n');
  process.stderr.write('raw error\n');
  return event;
};
exports.logsObjects = async () => {
  console.log({ a: 1, b: [1, 2] });
  console.log('text', new Error('inside'), 5);
  console.log(new OwnError('alone').message);
  const circle = {};
  circle.self = circle;
  console.log(circle);
  console.fatal('fatal');
};

let calls = 0;
exports.counts = async () => {
  calls += 1;
  return calls;
};
exports.nested = { deeper: { handler: async () => 'nested' } };
exports.number = 5;
exports.asynchronous = async (event, context) => {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setTimeout(resolve, 5));
  return context.awsRequestId;
};
exports.keepsTimer = async () => {
  setTimeout(() => {}, 3000);
  return 'at once';
};
