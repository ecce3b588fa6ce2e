"""A job as a user of DPark would write it: words are counted over a shuffle and lines by an accumulator."""

import os
import signal
import sys
import time

from dpark import DparkContext

context = DparkContext()
marks = os.environ['MARKS']
loses_one = 'lose' in sys.argv
seen = context.accumulator(0)
lines = ['the cat sat', 'the cat ran', 'a dog sat'] * 40


def words(line):
    seen.add(1)
    return [word for word in line.split() if word != 'the']


def executors():
    """Those that had a partition so far, this one among them."""
    names = [name for name in os.listdir(marks) if name.isdigit()]
    return set(open(os.path.join(marks, name)).read().split()[0] for name in names)


def leave_a_mark(pairs):
    """Tells of the executor that has this partition. In a job that loses one, the first of them dies."""
    path = os.path.join(marks, str(os.getpid()))
    with open(path + '.new', 'w') as mark:
        mark.write('%d %d' % (os.getppid(), os.getuid()))
    os.rename(path + '.new', path)
    if loses_one and not os.path.exists(os.path.join(marks, 'lost')):
        open(os.path.join(marks, 'lost'), 'w').close()
        os.kill(os.getppid(), signal.SIGKILL)
        signal.pause()
    # No agent has room for all of them at once.
    while len(executors()) < 2:
        time.sleep(0.05)
    return pairs


pairs = context.parallelize(lines, 6).flatMap(words).map(lambda word: (word, 1))
counts = pairs.mapPartitions(leave_a_mark).reduceByKey(lambda a, b: a + b, 3).collectAsMap()
print('counts %s' % ' '.join('%s=%d' % pair for pair in sorted(counts.items())))
print('lines %d' % seen.value)
sys.stdout.flush()
