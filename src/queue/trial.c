// SPDX-License-Identifier: Apache-2.0
/* Documents that were delivered again and again without being finished may be what ended the workers. They are coded once in a process
 * that may die of it: a helper, started before any thread, forks one for each such document and tells how it ended. The helper ends when
 * its worker does, for then its line is closed. */
#include "queue/queue.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BAD_INPUT = 3, CHUNK = 1 << 16 };

struct dm_trial {
    int line;
    pid_t helper;
    unsigned seconds;
    pthread_mutex_t lock;
};

/* Over the line: three lengths, then form, name and bytes; back: the status of waitpid(). */
typedef struct question {
    uint64_t form, name, bytes;
} question;

static bool write_all(int fd, const void *from, size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t k = send(fd, (const char *)from + done, n - done, MSG_NOSIGNAL);
        if (k < 0 && errno != EINTR)
            return false;
        done += k > 0 ? (size_t)k : 0;
    }
    return true;
}

static bool read_all(int fd, void *to, size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t k = recv(fd, (char *)to + done, n - done, 0);
        if (k == 0 || (k < 0 && errno != EINTR))
            return false;
        done += k > 0 ? (size_t)k : 0;
    }
    return true;
}

static bool read_into(int fd, dm_buf *b, uint64_t n)
{
    char chunk[CHUNK];
    for (dm_buf_clear(b); n;) {
        size_t k = n < CHUNK ? (size_t)n : CHUNK;
        if (!read_all(fd, chunk, k) || dm_buf_add(b, chunk, k) != DM_OK)
            return false;
        n -= k;
    }
    return true;
}

/* The document is coded and forgotten; how the process ends is what matters. */
static void die_or_not(const dm_coder *coder, unsigned seconds, const dm_buf *part)
{
    struct rlimit cpu = { seconds, seconds + 1 }, core = { 0, 0 };
    dm_doc *doc = NULL;
    dm_buf out = { 0 };
    setrlimit(RLIMIT_CPU, &cpu);
    setrlimit(RLIMIT_CORE, &core);
    dm_status st = dm_letter_open(coder, &doc, (dm_str){ part[0].p, part[0].len }, (dm_str){ part[1].p, part[1].len },
        (dm_str){ part[2].p, part[2].len }, NULL);
    if (st == DM_OK)
        st = dm_code_doc(coder, doc, NULL);
    if (st == DM_OK)
        st = dm_letter_write(&out, doc, NULL);
    _exit(st == DM_OK ? 0 : BAD_INPUT);
}

static void serve(const dm_coder *coder, unsigned seconds, int line)
{
    question q;
    dm_buf part[3] = { 0 };
    signal(SIGINT, SIG_IGN); /* of the terminal: for the worker, which ends us when it is ready */
    signal(SIGTERM, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (read_all(line, &q, sizeof q)) {
        int how = 0;
        if (!read_into(line, &part[0], q.form) || !read_into(line, &part[1], q.name) || !read_into(line, &part[2], q.bytes))
            break;
        pid_t child = fork();
        if (child == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            die_or_not(coder, seconds, part);
        }
        while (child > 0 && waitpid(child, &how, 0) < 0 && errno == EINTR) {
        }
        if (child < 0 || !write_all(line, &how, sizeof how))
            break;
    }
    _exit(0);
}

dm_status dm_trial_start(dm_trial **out, const dm_coder *coder, unsigned seconds, dm_error *err)
{
    int pair[2];
    dm_trial *t = calloc(1, sizeof *t);
    if (!t || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        free(t);
        return dm_fail(err, DM_EIO, 0, "cannot make a line to a helper process: %s", strerror(errno));
    }
    t->helper = fork();
    if (t->helper == 0) {
        close(pair[0]);
        serve(coder, seconds, pair[1]);
    }
    close(pair[1]);
    t->line = pair[0];
    t->seconds = seconds;
    pthread_mutex_init(&t->lock, NULL);
    if (t->helper > 0) {
        *out = t;
        return DM_OK;
    }
    dm_trial_end(t);
    return dm_fail(err, DM_EIO, 0, "cannot start a helper process: %s", strerror(errno));
}

void dm_trial_end(dm_trial *t)
{
    if (!t)
        return;
    close(t->line);
    while (t->helper > 0 && waitpid(t->helper, NULL, 0) < 0 && errno == EINTR) {
    }
    pthread_mutex_destroy(&t->lock);
    free(t);
}

static dm_status judge(const dm_trial *t, int how, dm_error *err)
{
    if (!WIFSIGNALED(how)) /* what it says of its own accord it will say in the worker, too */
        return DM_OK;
    if (WTERMSIG(how) == SIGXCPU || WTERMSIG(how) == SIGKILL)
        return dm_fail(err, DM_EINPUT, 0,
            "coding it takes more than %u seconds of processor time, or more memory than there is", t->seconds);
    return dm_fail(err, DM_EINPUT, 0, "coding it ends the program (signal %d, %s)", WTERMSIG(how), strsignal(WTERMSIG(how)));
}

dm_status dm_trial_run(dm_trial *t, dm_str form, dm_str name, dm_str bytes, dm_error *err)
{
    question q = { form.len, name.len, bytes.len };
    int how = 0;
    pthread_mutex_lock(&t->lock);
    bool told = write_all(t->line, &q, sizeof q) && write_all(t->line, form.p, form.len) &&
                write_all(t->line, name.p, name.len) && write_all(t->line, bytes.p, bytes.len) &&
                read_all(t->line, &how, sizeof how);
    pthread_mutex_unlock(&t->lock);
    return told ? judge(t, how, err) : dm_fail(err, DM_EIO, 0, "the helper process is no more");
}
