"""The original's master 1.11.0, as the C++ driver starts it for the master `local`, until the input ends.

MESOS_NUM_SLAVES=1 adds an agent. The framework that comes with it wants nothing. Used by
test/e2e/third-party-original.test.ts.
"""
from __future__ import print_function

import sys

from mesos.interface import Scheduler, mesos_pb2
from mesos.scheduler import MesosSchedulerDriver


class Quiet(Scheduler):
    def registered(self, driver, framework_id, master):
        print('registered', framework_id.value)
        sys.stdout.flush()

    def resourceOffers(self, driver, offers):
        filters = mesos_pb2.Filters()
        filters.refuse_seconds = 100000
        for offer in offers:
            driver.declineOffer(offer.id, filters)


info = mesos_pb2.FrameworkInfo()
info.user = 'root'
info.name = 'quiet'
driver = MesosSchedulerDriver(Quiet(), info, 'local', 1)
driver.start()
driver.suppressOffers()
sys.stdin.read()
driver.stop()
driver.join()
