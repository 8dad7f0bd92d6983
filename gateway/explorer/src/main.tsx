import { createRoot } from 'react-dom/client';
import { Explorer } from './explorer.tsx';
import { loadSettings } from './settings.ts';
import { provideWorkers } from './workers.ts';
import 'graphiql/style.css';
import './explorer.css';

provideWorkers();
const place = document.querySelector('#explorer');
if (!place) throw new Error('the page has no place for the explorer');
document.body.classList.add('has-explorer');
createRoot(place).render(<Explorer settings={await loadSettings()} />);
