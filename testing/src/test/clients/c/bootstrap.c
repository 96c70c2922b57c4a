// The smallest runtime: asks the Runtime API for an event and answers it with itself, for ever.
#define _GNU_SOURCE
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static char head[16384];

static void die(const char *what) {
  perror(what);
  exit(1);
}

static int dial(char *host, char *port) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *address;
  if (getaddrinfo(host, port, &hints, &address) != 0) die("getaddrinfo");
  int connection = socket(address->ai_family, SOCK_STREAM, 0);
  if (connect(connection, address->ai_addr, address->ai_addrlen) != 0) die("connect");
  freeaddrinfo(address);
  return connection;
}

static void send_all(int connection, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t written = write(connection, bytes, length);
    if (written <= 0) die("write");
    bytes += written;
    length -= written;
  }
}

// Reads a head byte by byte and then its body, which the caller frees.
static char *receive(int connection, size_t *length) {
  size_t read_so_far = 0;
  while (read_so_far < 4 || memcmp(head + read_so_far - 4, "\r\n\r\n", 4) != 0) {
    if (read_so_far == sizeof head - 1 || read(connection, head + read_so_far, 1) != 1) die("head");
    read_so_far++;
  }
  head[read_so_far] = 0;
  char *header = strcasestr(head, "\r\nContent-Length:");
  *length = header ? strtoul(header + 17, NULL, 10) : 0;
  char *body = malloc(*length + 1);
  for (size_t at = 0; at < *length;) {
    ssize_t got = read(connection, body + at, *length - at);
    if (got <= 0) die("body");
    at += got;
  }
  return body;
}

int main(void) {
  char *host = strdup(getenv("AWS_LAMBDA_RUNTIME_API"));
  char *port = strrchr(host, ':');
  *port++ = 0;
  int connection = dial(host, port);
  const char *next = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: runtime\r\n\r\n";
  for (;;) {
    size_t length, ignored;
    send_all(connection, next, strlen(next));
    char *event = receive(connection, &length);
    char *header = strcasestr(head, "Lambda-Runtime-Aws-Request-Id:");
    char id[64];
    if (!header || sscanf(header + 30, " %63s", id) != 1) die("request id");
    char request[512];
    int size = snprintf(request, sizeof request,
        "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\n"
        "Host: runtime\r\nContent-Length: %zu\r\n\r\n", id, length);
    send_all(connection, request, size);
    send_all(connection, event, length);
    free(event);
    free(receive(connection, &ignored));
  }
}
