import { requirePrograms } from '../../bench/programs';

const path = process.env['PATH'];
afterEach(() => {
  process.env['PATH'] = path;
});

it('names the packages of programs that are missing, before anything is started', () => {
  expect(() =>
    requirePrograms('dns', { sh: 'dash', 'no-such-server': 'nsd', 'no-such-load': 'dnsperf' }),
  ).toThrow('the bench dns needs no-such-server and no-such-load: sudo apt-get install nsd dnsperf');
});

it('finds programs, those of servers too', () => {
  requirePrograms('dns', { sh: 'dash' });
  expect(process.env['PATH']).toContain('/usr/sbin');
});
