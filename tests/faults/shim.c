// SPDX-License-Identifier: Apache-2.0
/* Faults on demand, for tests only: preloaded (LD_PRELOAD) into the program under test and steered by the environment.
 *
 *   FAULT_ALLOC=N        the N-th request for memory after main() has begun gets NULL, whoever makes it
 *   FAULT_CALL=a,b,..    system calls that are counted: read write pread pwrite fsync truncate open rename unlink (below)
 *   FAULT_AT=N           the N-th of them fails
 *   FAULT_ERRNO=E        with this number (default ENOSPC)
 *   FAULT_FILES=WORD     counts only calls on a path that holds WORD
 *   FAULT_MANY=K         that and the next K-1 requests or calls; 0: all that follow
 *   FAULT_SHORT=K        every K-th read and write transfers only a part (1: all)
 *   FAULT_EINTR=K        every K-th of the counted calls is interrupted first
 *   FAULT_CLOCK=K        every K-th look at a clock jumps: the calendar both ways, the monotonic clock forward
 *   FAULT_CLOCK_FILE=F   the calendar is off by the seconds in F (8 bytes), which somebody else changes meanwhile, as when the clock of the
 *                        machine is set; waits until a time of the calendar end by it, too
 *   FAULT_TELL=FILE      the first fault is told there in one line, with FAULT_TRACE=1 also from where
 *
 * Memory goes by symbols, so a sanitizer's allocator may stand behind ours. System calls are caught by a seccomp filter that traps into
 * a handler, so that calls inside libc's stdio and the libraries are seen, too; only ours, between the labels of gate, pass. */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

enum { BOOT_BYTES = 65536, PATH_BYTES = 4096, FRAMES = 40 };

static struct {
    long alloc, at, many, part, eintr, clock; /* 0: never */
    int number;                               /* errno of failed calls */
    uint32_t calls;                           /* 1 << K for each kind that is counted */
    char files[256], tell[PATH_BYTES];
    bool trace;
    const int64_t *off; /* seconds that the calendar is off */
} plan = { .many = 1, .number = ENOSPC };

static struct {
    long allocs, calls, moved, looks;
    int told;
} seen;

static int armed; /* main() is running */

/* --- system calls of our own --- */

#if defined(__x86_64__)
long gate(long nr, long a, long b, long c, long d, long e, long f);
extern const char gate_begin[], gate_end[];
__asm__(".text\n.balign 64\n.globl gate_begin\n.hidden gate_begin\ngate_begin:\n.globl gate\n.hidden gate\n.type "
        "gate,@function\ngate:\n"
        "mov %rdi,%rax\nmov %rsi,%rdi\nmov %rdx,%rsi\nmov %rcx,%rdx\nmov %r8,%r10\nmov %r9,%r8\nmov 8(%rsp),%r9\nsyscall\nret\n"
        ".globl gate_restore\n.hidden gate_restore\ngate_restore:\nmov $15,%eax\nsyscall\n.globl gate_end\n.hidden "
        "gate_end\ngate_end:\nnop\n"
        ".size gate,.-gate\n");
void gate_restore(void);
#else
static long gate(long nr, long a, long b, long c, long d, long e, long f)
{
    long rc = syscall(nr, a, b, c, d, e, f);
    return rc < 0 ? -errno : rc;
}
#endif

static size_t add_word(char *out, size_t n, size_t max, const char *word)
{
    while (*word && n + 1 < max)
        out[n++] = *word++;
    out[n] = '\0';
    return n;
}

static size_t add_number(char *out, size_t n, size_t max, long v)
{
    char digits[24];
    int i = 23;
    digits[i] = '\0';
    do
        digits[--i] = (char)('0' + v % 10);
    while ((v /= 10) > 0);
    return add_word(out, n, max, digits + i);
}

/* The first fault only: what comes after it follows from it. */
static void tell(const char *what, const char *subject, long n)
{
    if (!plan.tell[0] || __atomic_exchange_n(&seen.told, 1, __ATOMIC_SEQ_CST))
        return;
    char line[PATH_BYTES + 64];
    size_t len = add_word(line, 0, sizeof line, what);
    len = add_word(line, len, sizeof line, " ");
    len = add_number(line, len, sizeof line, n);
    len = add_word(line, len, sizeof line, " ");
    len = add_word(line, len, sizeof line, subject);
    len = add_word(line, len, sizeof line, "\n");
    long fd = gate(SYS_openat, AT_FDCWD, (long)plan.tell, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644, 0, 0);
    if (fd < 0)
        return;
    gate(SYS_write, fd, (long)line, (long)len, 0, 0, 0);
    if (plan.trace) {
        void *frame[FRAMES];
        backtrace_symbols_fd(frame, backtrace(frame, FRAMES), (int)fd);
    }
    gate(SYS_close, fd, 0, 0, 0, 0, 0);
}

static bool due(long n, long first) { return first && n >= first && (plan.many == 0 || n < first + plan.many); }

/* --- memory --- */

static struct {
    void *(*malloc)(size_t);
    void *(*calloc)(size_t, size_t);
    void *(*realloc)(void *, size_t);
    void (*free)(void *);
    char *(*strdup)(const char *);
    char *(*strndup)(const char *, size_t);
    int (*posix_memalign)(void **, size_t, size_t);
    void *(*aligned_alloc)(size_t, size_t);
    bool ready, finding;
} next;

/* Memory for whoever asks while the real functions are being looked up; never given back. */
static _Alignas(16) char boot[BOOT_BYTES];
static size_t boot_used;

static void *boot_alloc(size_t size)
{
    size = (size + 15) / 16 * 16;
    if (size > BOOT_BYTES - boot_used)
        return NULL;
    void *p = boot + boot_used;
    boot_used += size;
    return p;
}

static bool of_boot(const void *p) { return (const char *)p >= boot && (const char *)p < boot + BOOT_BYTES; }

static void find(void *slot, const char *name)
{
    void *p = dlsym(RTLD_NEXT, name);
    memcpy(slot, &p, sizeof p);
}

/* false: in the middle of it. */
static bool ready(void)
{
    if (next.ready)
        return true;
    if (next.finding)
        return false;
    next.finding = true;
    find(&next.malloc, "malloc");
    find(&next.calloc, "calloc");
    find(&next.realloc, "realloc");
    find(&next.free, "free");
    find(&next.strdup, "strdup");
    find(&next.strndup, "strndup");
    find(&next.posix_memalign, "posix_memalign");
    find(&next.aligned_alloc, "aligned_alloc");
    next.ready = true;
    return true;
}

static bool refused(const char *what)
{
    if (!plan.alloc || !__atomic_load_n(&armed, __ATOMIC_RELAXED))
        return false;
    long n = __atomic_add_fetch(&seen.allocs, 1, __ATOMIC_RELAXED);
    if (!due(n, plan.alloc))
        return false;
    tell("memory", what, n);
    errno = ENOMEM;
    return true;
}

__attribute__((visibility("default"))) void *malloc(size_t size)
{
    if (!ready())
        return boot_alloc(size);
    return refused("malloc") ? NULL : next.malloc(size);
}

__attribute__((visibility("default"))) void *calloc(size_t n, size_t size)
{
    if (!ready())
        return size && n > BOOT_BYTES / size ? NULL : boot_alloc(n * size);
    return refused("calloc") ? NULL : next.calloc(n, size);
}

__attribute__((visibility("default"))) void *realloc(void *p, size_t size)
{
    if (!ready() || of_boot(p))
        return NULL;
    return size && refused("realloc") ? NULL : next.realloc(p, size);
}

__attribute__((visibility("default"))) void free(void *p)
{
    if (p && !of_boot(p) && ready())
        next.free(p);
}

__attribute__((visibility("default"))) char *strdup(const char *s)
{
    return !ready() || refused("strdup") ? NULL : next.strdup(s);
}

__attribute__((visibility("default"))) char *strndup(const char *s, size_t n)
{
    return !ready() || refused("strndup") ? NULL : next.strndup(s, n);
}

__attribute__((visibility("default"))) int posix_memalign(void **out, size_t align, size_t size)
{
    return !ready() || refused("posix_memalign") ? ENOMEM : next.posix_memalign(out, align, size);
}

__attribute__((visibility("default"))) void *aligned_alloc(size_t align, size_t size)
{
    return !ready() || refused("aligned_alloc") ? NULL : next.aligned_alloc(align, size);
}

/* --- clocks --- */

/* Seconds that the clock is off after so many jumps. The monotonic clock only ever leaps ahead, as after a sleep of the machine. */
static long jumped(bool monotonic)
{
    static const long ways[] = { 0, 3600, -86400, 31536000, -5, -315360000, 1, 7200 };
    long n = __atomic_add_fetch(&seen.looks, 1, __ATOMIC_RELAXED) / plan.clock;
    if (n > 0)
        tell("clock", monotonic ? "monotonic" : "calendar", n);
    return monotonic ? n * 40 : ways[(unsigned long)n % (sizeof ways / sizeof *ways)];
}

__attribute__((visibility("default"))) int clock_gettime(clockid_t id, struct timespec *t)
{
    static int (*real)(clockid_t, struct timespec *);
    if (!real)
        find(&real, "clock_gettime");
    int rc = real(id, t);
    if (rc == 0 && plan.clock && (id == CLOCK_REALTIME || id == CLOCK_MONOTONIC))
        t->tv_sec += jumped(id == CLOCK_MONOTONIC);
    if (rc == 0 && plan.off && id == CLOCK_REALTIME)
        t->tv_sec += __atomic_load_n(plan.off, __ATOMIC_RELAXED);
    return rc;
}

__attribute__((visibility("default"))) time_t time(time_t *out)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    if (out)
        *out = t.tv_sec;
    return t.tv_sec;
}

__attribute__((visibility("default"))) int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
    struct timespec t;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &t);
    *tv = (struct timeval){ t.tv_sec, t.tv_nsec / 1000 };
    return 0;
}

/* The kernel wakes whoever waits for a time of the calendar when the calendar comes to it, also by being set. So the wait goes on in slices, each
 * time with a look at our clock. */
__attribute__((visibility("default"))) int pthread_cond_timedwait(
    pthread_cond_t *restrict c, pthread_mutex_t *restrict m, const struct timespec *restrict until)
{
    enum { SLICE_NS = 20000000, SECOND_NS = 1000000000 };
    static int (*real)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
    struct timespec now;
    if (!real)
        find(&real, "pthread_cond_timedwait");
    if (!plan.off)
        return real(c, m, until);
    for (;;) {
        clock_gettime(CLOCK_REALTIME, &now);
        bool over = now.tv_sec > until->tv_sec || (now.tv_sec == until->tv_sec && now.tv_nsec >= until->tv_nsec);
        now.tv_sec -= __atomic_load_n(plan.off, __ATOMIC_RELAXED);
        now.tv_nsec += over ? 0 : SLICE_NS;
        now.tv_sec += now.tv_nsec / SECOND_NS;
        now.tv_nsec %= SECOND_NS;
        int rc = real(c, m, &now);
        if (rc != ETIMEDOUT || over)
            return rc;
    }
}

/* --- files --- */

enum { K_READ, K_WRITE, K_PREAD, K_PWRITE, K_FSYNC, K_TRUNCATE, K_OPEN, K_RENAME, K_UNLINK, N_KINDS };
static const char *const kinds[N_KINDS] = { "read", "write", "pread", "pwrite", "fsync", "truncate", "open", "rename",
    "unlink" };

static uint32_t kinds_of(const char *list)
{
    uint32_t out = 0;
    for (const char *p = list; *p;) {
        size_t n = strcspn(p, ",");
        for (int k = 0; k < N_KINDS; k++)
            if (strlen(kinds[k]) == n && strncmp(kinds[k], p, n) == 0)
                out |= 1u << k;
        p += n + (p[n] == ',');
    }
    return out;
}

#if defined(__x86_64__)
static const struct {
    int nr, kind;
} numbers[] = { { SYS_read, K_READ }, { SYS_write, K_WRITE }, { SYS_writev, K_WRITE }, { SYS_sendto, K_WRITE },
    { SYS_recvfrom, K_READ }, { SYS_pread64, K_PREAD }, { SYS_pwrite64, K_PWRITE }, { SYS_fsync, K_FSYNC },
    { SYS_fdatasync, K_FSYNC }, { SYS_ftruncate, K_TRUNCATE }, { SYS_fallocate, K_TRUNCATE }, { SYS_openat, K_OPEN },
    { SYS_open, K_OPEN }, { SYS_rename, K_RENAME }, { SYS_unlink, K_UNLINK } };
enum { N_NUMBERS = sizeof numbers / sizeof *numbers };

static int kind_of(long nr)
{
    for (int i = 0; i < N_NUMBERS; i++)
        if (numbers[i].nr == nr)
            return numbers[i].kind;
    return -1;
}

/* The path that the call is about, into out. */
static void subject(long nr, const long *arg, char out[PATH_BYTES])
{
    int kind = kind_of(nr);
    out[0] = '\0';
    if (kind == K_OPEN || kind == K_RENAME || kind == K_UNLINK) {
        add_word(out, 0, PATH_BYTES, (const char *)arg[nr == SYS_openat]);
        return;
    }
    char link[64];
    add_number(link, add_word(link, 0, sizeof link, "/proc/self/fd/"), sizeof link, arg[0]);
    long n = gate(SYS_readlinkat, AT_FDCWD, (long)link, (long)out, PATH_BYTES - 1, 0, 0);
    out[n > 0 ? n : 0] = '\0';
}

/* A part of the bytes, never none. */
static void shorten(int kind, long nr, long *arg)
{
    bool moves = kind <= K_PWRITE && nr != SYS_writev;
    if (!plan.part || !moves || arg[2] < 2)
        return;
    long n = __atomic_add_fetch(&seen.moved, 1, __ATOMIC_RELAXED);
    if (n % plan.part)
        return;
    tell("short", kinds[kind], n);
    arg[2] = 1 + n * 7919 % (arg[2] - 1);
}

static long answer(long nr, long *arg)
{
    char path[PATH_BYTES];
    int kind = kind_of(nr);
    if (kind >= 0 && plan.calls >> kind & 1) {
        subject(nr, arg, path);
        if (!plan.files[0] || strstr(path, plan.files)) {
            long n = __atomic_add_fetch(&seen.calls, 1, __ATOMIC_RELAXED);
            if (due(n, plan.at)) {
                tell(kinds[kind], path, n);
                return -plan.number;
            }
            if (plan.eintr && n % plan.eintr == 0) {
                tell("interrupted", path, n);
                return -EINTR;
            }
            shorten(kind, nr, arg);
        }
    }
    return gate(nr, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
}

static void on_trap(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;
    long arg[6] = { g[REG_RDI], g[REG_RSI], g[REG_RDX], g[REG_R10], g[REG_R8], g[REG_R9] };
    g[REG_RAX] = answer(info->si_syscall, arg);
}

/* As the kernel has it. Raw, since a sanitizer would put its own handler around ours. */
static bool handle_traps(void)
{
    struct {
        void (*handler)(int, siginfo_t *, void *);
        unsigned long flags;
        void (*restorer)(void);
        uint64_t mask;
    } act = { on_trap, SA_SIGINFO | SA_NODEFER | 0x04000000 /* SA_RESTORER */, gate_restore, 0 };
    return gate(SYS_rt_sigaction, SIGSYS, (long)&act, 0, 8, 0, 0) == 0;
}

static bool trap_calls(void)
{
    struct sock_filter f[N_NUMBERS * 2 + 8];
    uint64_t from = (uint64_t)(uintptr_t)gate_begin, to = (uint64_t)(uintptr_t)gate_end;
    const uint32_t ip = offsetof(struct seccomp_data, instruction_pointer);
    unsigned short n = 0;
    if (from >> 32 != to >> 32)
        return false;
    f[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ip + 4);
    f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(from >> 32), 0, 4);
    f[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ip);
    f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (uint32_t)from, 0, 2);
    f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, (uint32_t)to, 1, 0);
    f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    f[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (int i = 0; i < N_NUMBERS; i++)
        if (plan.calls >> numbers[i].kind & 1) {
            f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)numbers[i].nr, 0, 1);
            f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP);
        }
    f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = { n, f };
    return handle_traps() && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}
#else
static bool trap_calls(void) { return false; }
#endif

/* --- the plan --- */

static long number(const char *name, long usual)
{
    const char *v = getenv(name);
    return v && *v ? atol(v) : usual;
}

static void word(const char *name, char *out, size_t max)
{
    const char *v = getenv(name);
    add_word(out, 0, max, v ? v : "");
}

static void read_plan(void)
{
    const char *calls = getenv("FAULT_CALL");
    plan.alloc = number("FAULT_ALLOC", 0);
    plan.at = number("FAULT_AT", 0);
    plan.many = number("FAULT_MANY", 1);
    plan.number = (int)number("FAULT_ERRNO", ENOSPC);
    plan.part = number("FAULT_SHORT", 0);
    plan.eintr = number("FAULT_EINTR", 0);
    plan.clock = number("FAULT_CLOCK", 0);
    plan.trace = number("FAULT_TRACE", 0) != 0;
    plan.calls = calls ? kinds_of(calls) : 0;
    word("FAULT_FILES", plan.files, sizeof plan.files);
    word("FAULT_TELL", plan.tell, sizeof plan.tell);
    const char *clock_file = getenv("FAULT_CLOCK_FILE");
    int fd = clock_file ? open(clock_file, O_RDONLY | O_CLOEXEC) : -1;
    void *off = fd >= 0 ? mmap(NULL, sizeof *plan.off, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;
    plan.off = off == MAP_FAILED ? NULL : off;
    if (fd >= 0)
        close(fd);
    if (plan.trace) {
        void *frame[2];
        backtrace(frame, 2); /* loads what it needs now */
    }
}

static int (*main_of_program)(int, char **, char **);

/* Memory is refused while main() runs, files also behind it: then stdio writes what it still holds. */
static int main_with_faults(int argc, char **argv, char **envp)
{
    read_plan();
    if (plan.calls && !trap_calls()) {
        fputs("shim: this system has no seccomp filters that trap\n", stderr);
        _Exit(77);
    }
    __atomic_store_n(&armed, 1, __ATOMIC_SEQ_CST);
    int rc = main_of_program(argc, argv, envp);
    __atomic_store_n(&armed, 0, __ATOMIC_SEQ_CST);
    return rc;
}

typedef int start_fn(int (*)(int, char **, char **), int, char **, void (*)(void), void (*)(void), void (*)(void), void *);
__attribute__((visibility("default"))) start_fn __libc_start_main;

int __libc_start_main(int (*program)(int, char **, char **), int argc, char **argv, void (*init)(void), void (*fini)(void),
    void (*rtld_fini)(void), void *stack_end)
{
    start_fn *real;
    find(&real, "__libc_start_main");
    main_of_program = program;
    return real(main_with_faults, argc, argv, init, fini, rtld_fini, stack_end);
}
