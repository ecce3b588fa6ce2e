/** The timers' names, which recordings have. */

import { lbTimers } from '../../../../lb/core/timers/timers';

test.each(['reading', 'restart', 'probe', 'refresh', 'count', 'sweep'] as const)(
  'a timer %s reads back',
  (kind) => {
    expect([lbTimers.nameOf({ kind }), lbTimers.read(kind)]).toEqual([kind, { kind }]);
  },
);
