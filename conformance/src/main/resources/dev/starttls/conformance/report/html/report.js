'use strict';
// The page is complete without this: it filters, opens and closes what is there.
(() => {
  const filter = document.getElementById('filter');
  const shown = document.getElementById('shown');
  const checks = [...document.querySelectorAll('details.check')];
  const groups = [...document.querySelectorAll('div.checks')];
  const targets = [...document.querySelectorAll('section.target')];
  const texts = new Map();

  // The index is written last, because the targets come one by one, and is read first.
  const overview = document.getElementById('targets');
  document.getElementById('main').before(overview);

  const text = check => {
    if (!texts.has(check)) {
      texts.set(check, check.textContent.toLowerCase());
    }
    return texts.get(check);
  };

  const apply = () => {
    const chosen = new FormData(filter);
    const verdicts = new Set(chosen.getAll('verdict'));
    const level = chosen.get('level');
    const words = chosen.get('text').toLowerCase().split(/\s+/).filter(word => word);
    let count = 0;
    for (const check of checks) {
      const fits = verdicts.has(check.dataset.verdict)
        && (!level || check.dataset.level === level)
        && words.every(word => text(check).includes(word));
      check.hidden = !fits;
      count += fits ? 1 : 0;
    }
    for (const group of groups) {
      group.hidden = !group.querySelector('details.check:not([hidden])');
    }
    for (const target of targets) {
      const none = target.querySelector('p.none');
      if (none) {
        none.hidden = Boolean(target.querySelector('details.check:not([hidden])'));
      }
    }
    shown.textContent = count + ' of ' + checks.length + ' checks';
  };

  const fold = open => checks.filter(check => !check.hidden).forEach(check => { check.open = open; });

  // A link to a check opens it, and shows it even if the filter hides it.
  const follow = () => {
    const check = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (check && check.matches('details.check')) {
      if (check.hidden) {
        filter.reset();
        apply();
      }
      check.open = true;
      check.scrollIntoView();
    }
  };

  if (checks.length) {
    filter.hidden = false;
    filter.addEventListener('input', apply);
    filter.addEventListener('change', apply);
    filter.addEventListener('submit', event => event.preventDefault());
    document.getElementById('unfold').addEventListener('click', () => fold(true));
    document.getElementById('fold').addEventListener('click', () => fold(false));
    addEventListener('hashchange', follow);
    addEventListener('beforeprint', () => fold(true));
    apply();
    follow();
  }
})();
