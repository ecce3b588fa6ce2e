import { join } from 'node:path';
import { runScripts } from '../../scripts/run';
import { MarathonScript } from './interpreter';

runScripts(join(__dirname, 'scripts'), () => new MarathonScript().interpret);
