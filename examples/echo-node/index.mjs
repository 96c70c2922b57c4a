// Echo: answers with the event it was called with.
export const handler = async (event) => event;
