/**
 * The use of block devices by a cgroup, in both versions.
 */

import type { CgroupInfo } from '../../../api/generated/mesos';
import { readCgroupFile } from './files';
import { cgroupFolder, type Hierarchies } from './hierarchies';
import { type DeviceValue, readBlkio, readDevice, readIoStat } from './text';

type Statistics = CgroupInfo.Blkio.Statistics;
type Cfq = CgroupInfo.Blkio.CFQ.Statistics;
type Throttling = CgroupInfo.Blkio.Throttling.Statistics;
type Values = readonly CgroupInfo.Blkio.Value[];

/** Files of the CFQ scheduler with one number for each device; kernels from 5.0 on do not have it. */
const CFQ_NUMBERS = { time: 'time', sectors: 'sectors' } as const;
/** And those with one for each operation. */
const CFQ_VALUES = {
  io_service_bytes: 'io_service_bytes',
  io_serviced: 'io_serviced',
  io_service_time: 'io_service_time',
  io_wait_time: 'io_wait_time',
  io_merged: 'io_merged',
  io_queued: 'io_queued',
} as const;

/** Statistics by device; those of v1 have a last entry with the sums. */
export function readBlkioStatistics(hierarchies: Hierarchies, cgroup: string): Statistics {
  const folder = cgroupFolder(hierarchies, hierarchies.version === 1 ? 'blkio' : 'io', cgroup);
  if (hierarchies.version === 2) return { throttling: ioStatistics(readCgroupFile(folder, 'io.stat')) };
  const read = (file: string): readonly DeviceValue[] => readBlkio(readCgroupFile(folder, `blkio.${file}`));
  return {
    cfq: cfqStatistics((file) => read(file)),
    cfq_recursive: cfqStatistics((file) => read(`${file}_recursive`)),
    throttling: throttlingStatistics(read),
  };
}

function ioStatistics(text: string | undefined): readonly Throttling[] {
  return readIoStat(text).map(({ device, serviceBytes, serviced }) => ({
    device: readDevice(device),
    io_service_bytes: serviceBytes,
    io_serviced: serviced,
  }));
}

type ReadFile = (file: string) => readonly DeviceValue[];

function cfqStatistics(read: ReadFile): readonly Cfq[] {
  const numbers = Object.entries(CFQ_NUMBERS).map(([key, file]) => ({
    key,
    values: read(file),
    isList: false,
  }));
  const lists = Object.entries(CFQ_VALUES).map(([key, file]) => ({ key, values: read(file), isList: true }));
  return byDevice([...numbers, ...lists]);
}

function throttlingStatistics(read: ReadFile): readonly Throttling[] {
  return byDevice([
    { key: 'io_serviced', values: read('throttle.io_serviced'), isList: true },
    { key: 'io_service_bytes', values: read('throttle.io_service_bytes'), isList: true },
  ]);
}

interface Column {
  readonly key: string;
  readonly values: readonly DeviceValue[];
  /** True for values by operation. */
  readonly isList: boolean;
}

/** One entry for each device that a file names, and one for the sums; none when no file is there. */
function byDevice(columns: readonly Column[]): readonly Cfq[] {
  const devices = new Set(columns.flatMap(({ values }) => values.map(({ device }) => device)));
  const ordered = [...devices].sort(
    (left, right) => Number(left === undefined) - Number(right === undefined),
  );
  return ordered.map((device) => ({
    ...(device === undefined ? {} : { device: readDevice(device) }),
    ...Object.fromEntries(columns.flatMap((column) => cell(column, device))),
  }));
}

function cell({ key, values, isList }: Column, device: string | undefined): [string, number | Values][] {
  const deviceValues = values.filter((value) => value.device === device);
  const [first] = deviceValues;
  if (first === undefined) return [];
  return [
    [key, isList ? deviceValues.map(({ op, value }) => ({ op: op ?? 'UNKNOWN', value })) : first.value],
  ];
}
