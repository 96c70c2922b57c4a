'use strict';
// Serves one JavaScript function over frames.
//
// Everything runs on the main thread. While a handler runs, the socket does not keep the event loop
// alive, so that an empty event loop ends a call as it does on Lambda: Node says `beforeExit`. With
// several calls at a time it does, because an empty event loop is then nobody's.
// What handlers see follows AWS's runtime interface client: the third major version, with callbacks,
// up to Node 22, the fourth, without, from Node 24.

const errors = require('./errors.cjs');
const { load } = require('./loader.cjs');
const { calls, logError, patchConsole, setCall } = require('./logging.cjs');
const { Platform } = require('./platform.cjs');
const streaming = require('./streaming.cjs');

const { toErrorObject, withoutCallbacks } = errors;
const { STREAMING } = streaming;

const socketPath = process.env.MAYFLY_SOCKET;
delete process.env.MAYFLY_SOCKET;
const platform = new Platform(socketPath, serve);
platform.onRoom = streaming.hasRoom;

/** What the handler is called on, as a method: traces show it by this name. */
const served = { handler: undefined };
let ready = false;
let dying = false;
/** The calls that are being served. */
const running = new Set();
let callsAtATime = 1;
/** What an empty event loop means just now. */
let onEmptyLoop = () => {};

function stringify(result) {
  let json;
  try {
    json = JSON.stringify(result === undefined ? null : result);
  } catch {
    json = undefined;
  }
  if (json === undefined) {
    throw withoutCallbacks
      ? new errors.JSONStringifyError('Unable to stringify response body')
      : new Error('Unable to stringify response body');
  }
  return json;
}

function finish() {
  onEmptyLoop = () => {};
  platform.keepAlive(true);
}

function over(call) {
  running.delete(call);
  finish();
}

function succeed(call, result) {
  if (!running.has(call)) {
    console.error('The call has been answered already; a second answer is dropped.');
    return;
  }
  platform.result(call.number, stringify(result));
  over(call);
}

function fail(call, thrown) {
  logError('Invoke Error', thrown);
  platform.error(call.number, toErrorObject(thrown));
  over(call);
}

function parseContext(json, name) {
  if (json === '') {
    return undefined;
  }
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new Error(`Cannot parse ${name} as json: ${error.toString()}`);
  }
}

/** What is the same in the context of every call: reading a variable takes its time. */
let ofFunction = {};

function readFunction({ env }) {
  ofFunction = {
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
  };
}

function contextOf(call) {
  const ofCall = {
    clientContext: parseContext(call.clientContext, 'ClientContext'),
    identity: parseContext(call.cognitoIdentity, 'CognitoIdentity'),
    invokedFunctionArn: call.functionArn,
    awsRequestId: call.requestId,
    tenantId: call.tenantId,
    getRemainingTimeInMillis: () => call.deadline - Date.now(),
  };
  if (!withoutCallbacks) {
    return { ...ofFunction, ...ofCall };
  }
  const { functionVersion, functionName, ...more } = ofFunction;
  const { getRemainingTimeInMillis, ...before } = ofCall;
  return {
    ...before,
    xRayTraceId: call.traceId || undefined,
    getRemainingTimeInMillis,
    functionName,
    functionVersion,
    ...more,
  };
}

/** The ways of old to end a call, of which only the first use counts. */
function endings(call) {
  let finished = false;
  let waits = true;
  const once =
    (end) =>
    (...values) => {
      if (!finished) {
        end(...values);
        finished = true;
      }
    };
  const done = (error, result) => {
    onEmptyLoop = () => {};
    if (error === undefined || error === null) {
      succeed(call, result);
    } else {
      fail(call, error);
    }
  };
  const callback = (error, result) => {
    if (waits && (error === undefined || error === null)) {
      onEmptyLoop = () => setImmediate(() => succeed(call, result));
    } else {
      done(error, result);
    }
  };
  const context = {
    get callbackWaitsForEmptyEventLoop() {
      return waits;
    },
    set callbackWaitsForEmptyEventLoop(value) {
      waits = value;
    },
    succeed: once((result) => done(null, result)),
    fail: once((error) => done(error === undefined || error === null ? 'handled' : error, null)),
    done: once(done),
  };
  return { context, callback: once(callback) };
}

function serveWithCallbacks(call) {
  const { context, callback } = endings(call);
  onEmptyLoop = () => succeed(call, null);
  try {
    const full = Object.assign(context, contextOf(call));
    const result = served.handler(JSON.parse(call.payload), full, callback);
    if (typeof result?.then === 'function') {
      result.then(context.succeed, context.fail).catch(context.fail);
    }
  } catch (error) {
    callback(error);
  }
}

async function serveWithPromises(call) {
  const event = JSON.parse(call.payload);
  try {
    succeed(call, await served.handler(event, contextOf(call)));
  } catch (error) {
    fail(call, error);
  }
}

/** AWS's third version throws texts, the fourth errors. */
const complaint = (text) => (withoutCallbacks ? new Error(text) : text);

async function writeStream(call, stream, context) {
  const result = served.handler(JSON.parse(call.payload), stream, context);
  if (typeof result?.then !== 'function') {
    throw complaint('Streaming does not support non-async handlers.');
  }
  if ((await result) !== undefined) {
    console.warn('Streaming handlers ignore return values.');
  }
  await streaming.closed(stream);
  if (!stream.writableFinished) {
    throw stream.errored ?? complaint('Response stream is not finished.');
  }
}

/** The socket is needed for the stream, so an empty event loop can only be waited for after it. */
async function serveWithStream(call) {
  let waits = !withoutCallbacks && callsAtATime === 1;
  const ofVersion = {
    get callbackWaitsForEmptyEventLoop() {
      return waits;
    },
    set callbackWaitsForEmptyEventLoop(value) {
      waits = value;
    },
  };
  const context = contextOf(call);
  const stream = new streaming.ResponseStream(
    platform,
    call.number,
    served.handler[streaming.HIGH_WATER_MARK],
  );
  try {
    await writeStream(call, stream, withoutCallbacks ? context : Object.assign(ofVersion, context));
  } catch (error) {
    stream.fail(() => fail(call, error));
    return;
  }
  const done = () => {
    platform.done(call.number);
    over(call);
  };
  if (waits && callsAtATime === 1) {
    onEmptyLoop = () => setImmediate(done);
    platform.keepAlive(false);
  } else {
    done();
  }
}

function serve(call) {
  running.add(call);
  if (callsAtATime > 1) {
    calls.run(call, handle, call);
    return;
  }
  if (!served.handler[STREAMING]) {
    platform.keepAlive(false);
  }
  setCall(call);
  if (call.traceId) {
    process.env._X_AMZN_TRACE_ID = call.traceId;
  } else {
    delete process.env._X_AMZN_TRACE_ID;
  }
  handle(call);
}

function handle(call) {
  if (served.handler[STREAMING]) {
    serveWithStream(call);
  } else if (withoutCallbacks) {
    serveWithPromises(call);
  } else {
    serveWithCallbacks(call);
  }
}

/** The last words: tells the platform about an error nobody caught, and ends. */
function die(what, error, status) {
  dying = true;
  logError(what, error);
  const exit = () => process.exit(status);
  const current = callsAtATime > 1 ? calls.getStore() : [...running][0];
  if (!ready) {
    platform.initError(toErrorObject(error), exit);
  } else if (current) {
    platform.error(current.number, toErrorObject(error), exit);
  } else {
    exit();
  }
}

function offerGlobals() {
  if (['1', 'true'].includes(process.env.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA)) {
    return;
  }
  globalThis.awslambda = {
    ...globalThis.awslambda,
    streamifyResponse: streaming.streamifyResponse,
    HttpResponseStream: streaming.HttpResponseStream,
  };
}

function check(loaded) {
  if (loaded[STREAMING] && loaded[STREAMING] !== 'response') {
    throw new errors.MalformedStreamingHandler('Only response streaming is supported.');
  }
  if (withoutCallbacks && loaded.length >= 3 && !loaded[STREAMING]) {
    throw new errors.CallbackHandlerDeprecated(
      'Functions for Node.js 24 and newer cannot take a callback: make the handler async and return its result.',
    );
  }
  return loaded;
}

/** Modules that many handlers need and that take a while to load. */
const OFTEN_USED = ['crypto', 'events', 'fs/promises', 'http', 'https', 'stream', 'url', 'util', 'zlib'];

/** Started without a function: waits to be given one. */
async function becomeFunction() {
  const given = new Promise((resolve) => {
    platform.onFunction = resolve;
  });
  OFTEN_USED.forEach((name) => require(`node:${name}`));
  await import('./empty.mjs');
  platform.hello();
  for (const [name, value] of await given) {
    process.env[name] = value;
  }
  // Code that was mounted after the start is not in the folder of that name that was there before.
  process.chdir(process.env.LAMBDA_TASK_ROOT);
}

async function main() {
  if (process.env._HANDLER === undefined) {
    await becomeFunction();
  } else {
    platform.hello();
  }
  callsAtATime = Number(process.env.AWS_LAMBDA_MAX_CONCURRENCY ?? 1);
  readFunction(process);
  patchConsole(withoutCallbacks ? '-' : undefined);
  if (!withoutCallbacks) {
    process.on('uncaughtException', (error) => die('Uncaught Exception', error, 129));
    process.on('unhandledRejection', (reason, promise) =>
      die('Unhandled Promise Rejection', new errors.UnhandledPromiseRejection(reason, promise), 128),
    );
    process.on('beforeExit', () => onEmptyLoop());
  }
  offerGlobals();
  try {
    const root = process.env.LAMBDA_TASK_ROOT ?? '/var/task';
    served.handler = check(await load(root, process.env._HANDLER ?? ''));
  } catch (error) {
    die(withoutCallbacks ? 'Init Error' : 'Uncaught Exception', error, withoutCallbacks ? 1 : 129);
    return;
  }
  // A promise that was rejected while loading is still a failed start.
  setImmediate(() => {
    if (!dying) {
      ready = true;
      platform.ready(callsAtATime);
    }
  });
}

main();
