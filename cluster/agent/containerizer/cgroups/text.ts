/**
 * The texts of cgroup files as values: keyed numbers, limits, and the statistics of block devices.
 */

import type { CgroupInfo } from '../../../api/generated/mesos';

/** Lines of `key number`, such as `memory.stat` and `cpu.stat`. */
export function readKeyed(text: string | undefined): ReadonlyMap<string, number> {
  const rows = (text ?? '').split('\n').map((line) => line.split(/\s+/));
  return new Map(
    rows.flatMap(([key = '', number = '']) => (/^\d+$/.test(number) ? [[key, Number(number)] as const] : [])),
  );
}

/**
 * A number of bytes; undefined when the file is not there, and Infinity when there is no limit: `max` in v2, and in v1 the
 * largest number of whole pages.
 */
export function readBytes(text: string | undefined): number | undefined {
  const word = text?.trim() ?? '';
  if (word === 'max' || word === '-1') return Number.POSITIVE_INFINITY;
  if (!/^\d+$/.test(word)) return undefined;
  const bytes = Number(word);
  return bytes >= UNLIMITED ? Number.POSITIVE_INFINITY : bytes;
}

/** The least limit that v1 shows for none: 2^63 - 1 without the part of a page of 64 KB. */
const UNLIMITED = 2 ** 63 - 2 ** 16;

type Value = CgroupInfo.Blkio.Value;

/** A value of a block device; without a device it is the sum of all. */
export interface DeviceValue {
  readonly device: string | undefined;
  readonly op: CgroupInfo.Blkio.Operation | undefined;
  readonly value: number;
}

const OPERATIONS: ReadonlySet<string> = new Set(['TOTAL', 'READ', 'WRITE', 'SYNC', 'ASYNC', 'DISCARD']);

/** Lines of a blkio file of v1: `8:0 Read 4096`, `8:0 12`, `Total 4096`. */
export function readBlkio(text: string | undefined): readonly DeviceValue[] {
  return (text ?? '').split('\n').flatMap((line) => {
    const words = line.split(' ').filter(Boolean);
    const number = words.at(-1) ?? '';
    if (!/^\d+$/.test(number)) return [];
    const device = words.find((word) => /^\d+:\d+$/.test(word));
    const op = words.map((word) => word.toUpperCase()).find((word) => OPERATIONS.has(word));
    return [{ device, op: op as CgroupInfo.Blkio.Operation | undefined, value: Number(number) }];
  });
}

/** Statistics of a block device by operations, as in v1. */
export interface ThrottlingValues {
  readonly device: string;
  readonly serviceBytes: readonly Value[];
  readonly serviced: readonly Value[];
}

/** Lines of `io.stat` of v2: `8:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0`. */
export function readIoStat(text: string | undefined): readonly ThrottlingValues[] {
  return (text ?? '').split('\n').flatMap((line) => {
    const [device = '', ...pairs] = line.split(' ').filter(Boolean);
    if (!/^\d+:\d+$/.test(device)) return [];
    const numbers = new Map(
      pairs.map((pair) => {
        const [key = '', number = ''] = pair.split('=');
        return [key, Number(number)] as const;
      }),
    );
    const values = (unit: string): readonly Value[] => ioValues(numbers, unit);
    return [{ device, serviceBytes: values('bytes'), serviced: values('ios') }];
  });
}

/** The values of one unit, `bytes` or `ios`, with their total. */
function ioValues(numbers: ReadonlyMap<string, number>, unit: string): readonly Value[] {
  const read = numbers.get(`r${unit}`) ?? 0;
  const write = numbers.get(`w${unit}`) ?? 0;
  const discard = numbers.get(`d${unit}`) ?? 0;
  return [
    { op: 'READ', value: read },
    { op: 'WRITE', value: write },
    { op: 'DISCARD', value: discard },
    { op: 'TOTAL', value: read + write + discard },
  ];
}

/** The numbers of a device, from `8:0`. */
export function readDevice(device: string): { readonly major_number: number; readonly minor_number: number } {
  const [major = 0, minor = 0] = device.split(':').map(Number);
  return { major_number: major, minor_number: minor };
}
