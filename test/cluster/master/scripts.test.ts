import { join } from 'node:path';
import { runScripts } from '../../scripts/run';
import { MasterScript } from './interpreter';

runScripts(join(__dirname, 'scripts'), () => new MasterScript().interpret);
