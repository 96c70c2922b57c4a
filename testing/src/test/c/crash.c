/* Ends the process it is loaded into (LD_PRELOAD) with SIGKILL at its n-th change of a file below a folder:
 * a write is half done by then, every other change not at all. CRASH_BELOW is the folder, CRASH_COUNTER a file
 * of four 64-bit numbers: n, which counts once it is not zero; how many changes there have been since; whether
 * bringing files of the folder to the disk fails; and by how many nanoseconds the clock is wrong. The last two
 * may be left out. What the process starts is left alone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

struct counter {
  _Atomic uint64_t target;
  _Atomic uint64_t seen;
  _Atomic uint64_t failing;
  _Atomic int64_t clock;
};

static struct counter *counter;
static char below[PATH_MAX];

__attribute__((constructor)) static void begin(void) {
  const char *folder = getenv("CRASH_BELOW");
  const char *file = getenv("CRASH_COUNTER");
  if (folder && file) {
    int fd = open(file, O_RDWR);
    void *page = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *counter, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page == MAP_FAILED) {
      perror("crash: CRASH_COUNTER");
      abort();
    }
    close(fd);
    snprintf(below, sizeof below, "%s/", folder);
    counter = page;
  }
  unsetenv("LD_PRELOAD");
}

static void *next(const char *name) {
  void *function = dlsym(RTLD_NEXT, name);
  if (!function) {
    abort();
  }
  return function;
}

static int counts(const char *path) {
  return counter && atomic_load(&counter->target) && path && strncmp(path, below, strlen(below)) == 0 &&
         atomic_fetch_add(&counter->seen, 1) + 1 == atomic_load(&counter->target);
}

static const char *path_of(int fd, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  if (length < 0) {
    return NULL;
  }
  path[length] = 0;
  return path;
}

static int counts_fd(int fd) {
  char path[PATH_MAX];
  return counter && atomic_load(&counter->target) && counts(path_of(fd, path));
}

static int fails(int fd) {
  char path[PATH_MAX];
  return counter && atomic_load(&counter->failing) && path_of(fd, path) && strncmp(path, below, strlen(below)) == 0;
}

static void end(void) {
  kill(getpid(), SIGKILL);
  for (;;) {
    pause();
  }
}

ssize_t write(int fd, const void *bytes, size_t length) {
  static ssize_t (*real)(int, const void *, size_t);
  if (!real) {
    real = next("write");
  }
  if (counts_fd(fd)) {
    real(fd, bytes, length / 2);
    end();
  }
  return real(fd, bytes, length);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
  static ssize_t (*real)(int, const void *, size_t, off64_t);
  if (!real) {
    real = next("pwrite64");
  }
  if (counts_fd(fd)) {
    real(fd, bytes, length / 2, at);
    end();
  }
  return real(fd, bytes, length, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
  return pwrite64(fd, bytes, length, at);
}

#define ON_FD(type, name, parameters, arguments) \
  type name parameters {                         \
    static type(*real) parameters;               \
    if (!real) {                                 \
      real = next(#name);                        \
    }                                            \
    if (counts_fd(fd)) {                         \
      end();                                     \
    }                                            \
    return real arguments;                       \
  }

#define ON_PATH(type, name, parameters, arguments) \
  type name parameters {                           \
    static type(*real) parameters;                 \
    if (!real) {                                   \
      real = next(#name);                          \
    }                                              \
    if (counts(path)) {                            \
      end();                                       \
    }                                              \
    return real arguments;                         \
  }

#define SYNC(name)                  \
  int name(int fd) {                \
    static int (*real)(int);        \
    if (!real) {                    \
      real = next(#name);           \
    }                               \
    if (counts_fd(fd)) {            \
      end();                        \
    }                               \
    if (fails(fd)) {                \
      errno = EIO;                  \
      return -1;                    \
    }                               \
    return real(fd);                \
  }

SYNC(fsync)
SYNC(fdatasync)

int clock_gettime(clockid_t clock, struct timespec *time) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) {
    real = next("clock_gettime");
  }
  int result = real(clock, time);
  if (result == 0 && clock == CLOCK_REALTIME && counter) {
    int64_t nanos = time->tv_nsec + atomic_load(&counter->clock) % 1000000000;
    time->tv_sec += atomic_load(&counter->clock) / 1000000000 + (nanos < 0 ? -1 : nanos / 1000000000);
    time->tv_nsec = nanos < 0 ? nanos + 1000000000 : nanos % 1000000000;
  }
  return result;
}

ON_FD(int, ftruncate64, (int fd, off64_t length), (fd, length))
ON_PATH(int, rename, (const char *path, const char *to), (path, to))
ON_PATH(int, unlink, (const char *path), (path))
ON_PATH(int, rmdir, (const char *path), (path))
ON_PATH(int, mkdir, (const char *path, mode_t mode), (path, mode))
