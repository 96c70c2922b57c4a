export const handler = async (event, context) => ({
  statusCode: 200,
  headers: { "content-type": "text/plain" },
  body: `Hello from ${context.functionName}, with ${context.getRemainingTimeInMillis()} ms left to say so.\n`,
});
