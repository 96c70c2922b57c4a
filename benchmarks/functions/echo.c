/* A custom runtime in C: echoes the body of function URL events over the Lambda Runtime API. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define ROOM (7 << 20)

static int link_to(const char *api) {
  char host[64];
  int port = 80;
  sscanf(api, "%63[^:]:%d", host, &port);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  inet_pton(AF_INET, host, &address.sin_addr);
  int link = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  setsockopt(link, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(link, (struct sockaddr *)&address, sizeof address)) exit(1);
  return link;
}

static void put(int link, const char *bytes, size_t size) {
  while (size > 0) {
    ssize_t count = write(link, bytes, size);
    if (count <= 0) exit(0);
    bytes += count;
    size -= count;
  }
}

/* Reads one answer; returns where its body begins. */
static char *take(int link, char *buffer) {
  size_t size = 0, wanted = 0;
  char *body = NULL;
  while (!body || size < wanted) {
    ssize_t count = read(link, buffer + size, ROOM - 1 - size);
    if (count <= 0) exit(0);
    size += count;
    buffer[size] = 0;
    char *end = body ? NULL : strstr(buffer, "\r\n\r\n");
    if (end) {
      body = end + 4;
      char *length = strcasestr(buffer, "\r\ncontent-length:");
      wanted = (body - buffer) + (length && length < body ? strtoul(length + 17, NULL, 10) : 0);
    }
  }
  return body;
}

int main(void) {
  const char *api = getenv("AWS_LAMBDA_RUNTIME_API");
  int link = link_to(api);
  char *in = malloc(ROOM), *out = malloc(ROOM), *answer = malloc(ROOM), next[256];
  int next_size = snprintf(next, sizeof next,
      "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: %s\r\n\r\n", api);
  for (;;) {
    put(link, next, next_size);
    char *event = take(link, in), id[64] = "";
    char *header = strcasestr(in, "\r\nlambda-runtime-aws-request-id:");
    if (header) sscanf(header + 32, " %63[^\r]", id);
    char *text = strstr(event, "\"body\":\""), *end = text ? text + 8 : NULL;
    while (end && *end && *end != '"') end += *end == '\\' ? 2 : 1;
    int size = snprintf(answer, ROOM, "{\"statusCode\":200,\"body\":\"%.*s\"}",
        text ? (int)(end - text - 8) : 0, text ? text + 8 : "");
    int whole = snprintf(out, ROOM,
        "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: %s\r\n"
        "Content-Length: %d\r\n\r\n%s", id, api, size, answer);
    put(link, out, whole);
    take(link, in);
  }
}
