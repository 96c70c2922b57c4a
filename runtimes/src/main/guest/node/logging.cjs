'use strict';
// The console, writing log lines as Lambda writes them.

const { AsyncLocalStorage } = require('node:async_hooks');
const { format } = require('node:util');
const { asError, lines, toLogText } = require('./errors.cjs');

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

let json = false;
let requestId;
let tenantId;
/** The call on whose behalf the code runs, where there may be several. */
const calls = new AsyncLocalStorage();

const currentRequestId = () => calls.getStore()?.requestId ?? requestId;
const currentTenantId = () => calls.getStore()?.tenantId ?? tenantId;

function textLine(time, level, values) {
  return `${time}\t${currentRequestId()}\t${level}\t${format(...values)}`;
}

const errorFields = (error) => ({
  errorType: error?.constructor?.name ?? 'UnknownError',
  errorMessage: error.message,
  stackTrace: lines(error.stack),
});

function jsonLine(time, level, values) {
  const line = { timestamp: time, level, requestId: currentRequestId() };
  const tenant = currentTenantId();
  if (tenant) {
    line.tenantId = tenant;
  }
  if (values.length === 1) {
    line.message = values[0];
    try {
      return JSON.stringify(line, (_key, value) =>
        value instanceof Error ? { ...errorFields(value), ...value } : value,
      );
    } catch {
      line.message = format(values[0]);
      return JSON.stringify(line);
    }
  }
  line.message = format(...values);
  const error = values.find((value) => value instanceof Error);
  if (error) {
    Object.assign(line, errorFields(error), { stackTrace: lines(error.stack) ?? [] });
  }
  return JSON.stringify(line);
}

function write(level, values) {
  const line = (json ? jsonLine : textLine)(new Date().toISOString(), level, values);
  // One event is one line: inner line ends become carriage returns.
  process.stdout.write(line.replace(/\n/g, '\r') + '\n');
}

/** Replaces the console's methods; those below AWS_LAMBDA_LOG_LEVEL write nothing. */
function patchConsole(firstRequestId) {
  requestId = firstRequestId;
  json = process.env.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === 'JSON';
  const least = Math.max(0, LEVELS.indexOf(process.env.AWS_LAMBDA_LOG_LEVEL?.toUpperCase()));
  LEVELS.forEach((level, index) => {
    console[level.toLowerCase()] =
      index >= least ? (message, ...more) => write(level, [message, ...more]) : () => {};
  });
  console.log = console.info;
}

function logError(what, thrown) {
  const error = asError(thrown);
  if (json) {
    console.error(error);
  } else {
    console.error(what, toLogText(error));
  }
}

module.exports = {
  calls,
  patchConsole,
  logError,
  setCall: (call) => {
    ({ requestId, tenantId } = call);
  },
};
