/**
 * Numbers about the machine under the names of libprocess.
 */

import { cpus, freemem, loadavg, totalmem } from 'node:os';

/** The members of `/system/stats.json`. */
export function systemStats(): Record<string, number> {
  const [oneMinute = 0, fiveMinutes = 0, fifteenMinutes = 0] = loadavg();
  return {
    avg_load_15min: fifteenMinutes,
    avg_load_1min: oneMinute,
    avg_load_5min: fiveMinutes,
    cpus_total: cpus().length,
    mem_free_bytes: freemem(),
    mem_total_bytes: totalmem(),
  };
}

/** The same numbers in `/metrics/snapshot`. */
export function systemMetrics(): Record<string, number> {
  const stats = systemStats();
  return Object.fromEntries(
    Object.entries(stats).map(([name, value]) => [`system/${name.replace(/^avg_/, '')}`, value]),
  );
}
