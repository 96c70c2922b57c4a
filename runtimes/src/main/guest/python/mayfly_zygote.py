"""Makes instances of the Python runtime by fork, each in a jail of its own (docs/design/009-zygote.md).

Three kinds of processes run this file. The zygote (main) has the guest and what it imports loaded,
runs no code of a function, and stands in the mount namespace of a jail that was built for it. For
each order of the platform it makes an instance's first process (build), which joins the control
groups, takes namespaces of its own, completes the jail's files and then does nothing but wait. Its
child (become_user) gives up root and becomes the guest.

No thread but the main one ever runs here, and nothing of one instance is known to another.
"""

import _socket
import ctypes
import fcntl
import gc
import os
import resource
import struct
import sys

CONTROL = 3
OWN_FILES = "/run/mayfly"

CLONE_PARENT = 0x00008000
CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
SIGCHLD = 17

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 32, 4096, 16384, 1 << 18
MNT_DETACH = 2
MOVE_MOUNT_F_EMPTY_PATH = 4
AT_FDCWD = -100

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP = 1, 4, 22, 24
PR_SET_NO_NEW_PRIVS = 38
SECCOMP_MODE_FILTER = 2
CAPABILITIES = 64
CAPABILITY_VERSION_3 = 0x20080522
SIOCSIFFLAGS = 0x8914
IFF_UP_AND_RUNNING = 0x41

SYS_CLONE = {"x86_64": 56, "aarch64": 220}
SYS_MOVE_MOUNT = 429

FILES = 1024
# What of /proc only root can write, and root in a jail is to be no exception.
READ_ONLY = ("sys", "sysrq-trigger", "irq", "bus")

_libc = ctypes.PyDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def must(what, result):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, "%s: %s" % (what, os.strerror(number)))
    return result


def mount(source, target, kind, flags, options=""):
    must(
        "mount %s at %s" % (source, target),
        _libc.mount(
            source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode()
        ),
    )


def attach(descriptor, target):
    """Puts a mount that the platform has made where the instance is to see it."""
    must(
        "move a mount to " + target,
        _libc.syscall(
            SYS_MOVE_MOUNT, descriptor, b"", AT_FDCWD, target.encode(), MOVE_MOUNT_F_EMPTY_PATH
        ),
    )


def prctl(what, option, *arguments):
    four = (*arguments, 0, 0, 0, 0)[:4]
    return must(what, _libc.prctl(option, *(ctypes.c_ulong(each) for each in four)))


class Filter:
    """The system call filter, as the kernel takes it: struct sock_fprog."""

    def __init__(self, program):
        self.program = ctypes.create_string_buffer(program, len(program))
        self.packed = ctypes.create_string_buffer(
            struct.pack("@HP", len(program) // 8, ctypes.addressof(self.program))
        )

    def install(self):
        prctl("filter", PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(self.packed))


class Order:
    """What the platform says about one instance: fields, and descriptors with a letter for each.

    o: where its output goes; s: its socket's mount; t: its /tmp's mount; c: its code's mount;
    l: its layers' mount; j: a control group's file to join by.
    """

    def __init__(self, message, descriptors):
        uid, self.hostname, self.tmp_bytes, letters, self.passwd, self.group = (
            message.decode().split("\0")
        )
        self.uid = int(uid)
        if len(letters) != len(descriptors):
            raise OSError(0, "%d descriptors came for %s" % (len(descriptors), letters))
        self.descriptors = list(zip(letters, descriptors))

    def all(self, letter):
        return [descriptor for each, descriptor in self.descriptors if each == letter]


def prepare():
    """Makes the zygote what every instance inherits, and clears the mounts each has of its own."""
    prctl("end with the platform", PR_SET_PDEATHSIG, 9)
    mount("none", "/", "", MS_REC | MS_PRIVATE)
    for own in ("/tmp", "/proc", "/dev/pts"):
        must("unmount " + own, _libc.umount2(own.encode(), MNT_DETACH))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    prctl("no new privileges", PR_SET_NO_NEW_PRIVS, 1)
    for capability in range(CAPABILITIES):
        if _libc.prctl(PR_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0) < 0:
            break


def receive(control):
    """The next order; ends when the platform is gone or wants no more."""
    number = struct.calcsize("i")
    message, ancillary, _, _ = control.recvmsg(65536, _socket.CMSG_SPACE(32 * number))
    if not message:
        os._exit(0)
    descriptors = [
        descriptor
        for level, kind, data in ancillary
        if level == _socket.SOL_SOCKET and kind == _socket.SCM_RIGHTS
        for descriptor, in struct.iter_unpack("i", data[: len(data) - len(data) % number])
    ]
    return message, descriptors


def main():
    """Serves as the zygote. Returns in each instance, in the process that is to be the guest."""
    control = _socket.socket(fileno=CONTROL)
    try:
        system_calls = Filter(control.recv(65536))
        clone = SYS_CLONE[os.uname().machine]
        prepare()
    except Exception as error:
        control.send(("!%s" % error).encode())
        os._exit(1)
    del sys.argv[1:]
    # What is there now is shared by all instances: collecting it in one would copy it.
    gc.collect()
    gc.freeze()
    gc.disable()
    control.send(b"ready")
    while True:
        message, descriptors = receive(control)
        # The platform becomes the parent of what is made, so there is nothing to look after here.
        pid = _libc.syscall(clone, CLONE_PARENT | CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0)
        if pid == 0:
            build(Order(message, descriptors), control, system_calls)
            return
        answer = b"%d" % pid if pid > 0 else b"!clone: " + os.strerror(ctypes.get_errno()).encode()
        for descriptor in descriptors:
            os.close(descriptor)
        control.send(answer)


def build(order, control, system_calls):
    """Is an instance's first process; returns in its child alone."""
    try:
        (output,) = order.all("o")
        os.dup2(output, 1)
        os.dup2(output, 2)
        limit(order, control)
        complete(order)
        runtime = os.fork()
        if runtime == 0:
            become_user(order, control, system_calls)
            return
        watch(runtime)
    except BaseException as error:
        os.write(2, ("mayfly: the jail could not be built: %s\n" % error).encode())
        os._exit(124)


def limit(order, control):
    """From here on all that the instance uses is counted as its own, and it sees nothing else."""
    for group in order.all("j"):
        os.write(group, b"0")
    must(
        "unshare",
        _libc.unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP),
    )
    os.setsid()
    prctl("end with the platform", PR_SET_PDEATHSIG, 9)
    try:
        # It may have ended before that was asked for.
        if not control.recv(1, _socket.MSG_PEEK | _socket.MSG_DONTWAIT):
            os._exit(125)
    except BlockingIOError:
        pass
    _socket.sethostname(order.hostname)
    loopback = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM)
    fcntl.ioctl(loopback.fileno(), SIOCSIFFLAGS, struct.pack("16sH22x", b"lo", IFF_UP_AND_RUNNING))
    loopback.close()


def complete(order):
    """Mounts what is the instance's own."""
    hidden = MS_NOSUID | MS_NODEV | MS_NOEXEC
    mount("proc", "/proc", "proc", hidden)
    # Should the whole machine run out of memory, instances go before the platform and all others.
    badness = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
    os.write(badness, b"1000")
    os.close(badness)
    for name in READ_ONLY:
        path = "/proc/" + name
        if os.path.exists(path):
            mount(path, path, "", MS_BIND)
            mount("none", path, "", MS_REMOUNT | MS_BIND | MS_RDONLY | hidden)
    mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620")
    mount("tmpfs", OWN_FILES, "tmpfs", hidden, "size=65536,mode=0755")
    for name, text in (("passwd", order.passwd), ("group", order.group), ("socket", "")):
        file = os.open(OWN_FILES + "/" + name, os.O_WRONLY | os.O_CREAT, 0o444)
        os.fchmod(file, 0o444)
        os.write(file, text.encode())
        os.close(file)
    mount("none", OWN_FILES, "", MS_REMOUNT | MS_BIND | MS_RDONLY | hidden)
    (socket,) = order.all("s")
    attach(socket, OWN_FILES + "/socket")
    for disk in order.all("t"):
        attach(disk, "/tmp")
    if order.tmp_bytes:
        mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777,size=" + order.tmp_bytes)
    for code in order.all("c"):
        attach(code, "/var/task")
    for layers in order.all("l"):
        attach(layers, "/opt")
    os.chdir("/var/task")


def become_user(order, control, system_calls):
    """Gives up root and everything that is not the instance's."""
    control.detach()
    os.closerange(CONTROL, FILES)
    os.setsid()
    os.setgroups([])
    os.setresgid(order.uid, order.uid, order.uid)
    os.setresuid(order.uid, order.uid, order.uid)
    # A process that changes its user hides itself from that user, which one that is executed does not.
    prctl("show /proc/self", PR_SET_DUMPABLE, 1)
    system_calls.install()
    gc.enable()


def watch(runtime):
    """Reaps whatever ends in the jail until the runtime does, and ends like it, and all others with it."""
    os.closerange(CONTROL, FILES)
    null = os.open("/dev/null", os.O_RDWR)
    os.dup2(null, 1)
    os.dup2(null, 2)
    os.close(null)
    header = struct.pack("Ii", CAPABILITY_VERSION_3, 0)
    must("give up capabilities", _libc.capset(header, bytes(24)))
    while True:
        pid, status = os.wait()
        if pid == runtime:
            os._exit(128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))
