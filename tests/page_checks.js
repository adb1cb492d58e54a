// What tests/page_checks.py asks in a page, in Chromium and in Firefox. Each function returns its faults as text.
window.na = (() => {
  const all = selector => [...document.querySelectorAll(selector)];
  const told = (element, note) =>
    `<${element.tagName.toLowerCase()}${element.className.length ? '.' + element.className.split(' ')[0] : ''}>` +
    ` ${(element.textContent || '').trim().replace(/\s+/g, ' ').slice(0, 40)}${note ? ': ' + note : ''}`;
  const shown = element => element.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true});
  // Text for readers of screens alone is clipped to nothing.
  const clipped = element => {
    for (let one = element; one && one !== document.body; one = one.parentElement) {
      const style = getComputedStyle(one);
      if (style.clipPath !== 'none' || style.clip !== 'auto') return true;
    }
    return false;
  };
  const scrolls = element => ['auto', 'scroll'].includes(getComputedStyle(element).overflowX);
  const scroller = element => {
    for (let one = element; one && one !== document.body; one = one.parentElement) if (scrolls(one)) return one;
    return null;
  };

  const CHANNEL = Float64Array.from({length: 256}, (_, part) =>
    (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const light = (colour, at = 0) =>
    0.2126 * CHANNEL[colour[at]] + 0.7152 * CHANNEL[colour[at + 1]] + 0.0722 * CHANNEL[colour[at + 2]];
  const ratio = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const colours = text => [...text.matchAll(/rgba?\(([^)]+)\)/g)].map(found => found[1].split(',').map(Number));
  const solid = colour => colour.length === 3 || colour[3] > 0;
  const ground = element => {
    for (let one = element; one; one = one.parentElement) {
      const [colour] = colours(getComputedStyle(one).backgroundColor);
      if (solid(colour)) return colour;
    }
    return [255, 255, 255];
  };

  /** Nothing runs out of the window, and nothing is cut off. */
  const overflow = () => {
    const width = document.documentElement.clientWidth, faults = [];
    if (document.documentElement.scrollWidth > width) {
      const out = all('body *').filter(one =>
        one.getBoundingClientRect().right > width + 1 && shown(one) && !clipped(one) && !scroller(one));
      faults.push(`${document.documentElement.scrollWidth} px in a window of ${width}: ` +
        out.slice(-2).map(one => told(one)).join(' | '));
    }
    for (const label of all('svg text')) {
      const box = label.getBoundingClientRect();
      if (shown(label) && box.width && (box.right > width + 1 || box.left < -1) && !scroller(label))
        faults.push(told(label, `from ${Math.round(box.left)} to ${Math.round(box.right)}`));
    }
    for (const one of all('body *:not(svg *)')) {
      const style = getComputedStyle(one);
      const hides = ['hidden', 'clip'];
      if (!hides.includes(style.overflowX) && !hides.includes(style.overflowY)) continue;
      if (!shown(one) || clipped(one)) continue;
      if (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1) faults.push(told(one, 'is cut off'));
    }
    return faults;
  };

  /** No two texts lie on one another. */
  const overlaps = () => {
    const boxes = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (!node.data.trim() || parent.closest('title, desc, style, script') || !shown(parent) || clipped(parent)) continue;
      const within = parent.closest('svg text');
      const marks = within ? [within.getBoundingClientRect()] : (range.selectNodeContents(node), range.getClientRects());
      for (const box of marks)
        if (box.width > 1 && box.height > 1)
          boxes.push({left: box.left, right: box.right, top: box.top, bottom: box.bottom, of: within || parent});
    }
    boxes.sort((one, other) => one.top - other.top);
    const faults = [];
    boxes.forEach((one, place) => {
      for (let next = place + 1; next < boxes.length && boxes[next].top < one.bottom; next++) {
        const other = boxes[next];
        const high = Math.min(one.bottom, other.bottom) - other.top;
        const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
        // Boxes of text are taller than its letters, and lines of one paragraph may touch.
        const least = Math.min(one.bottom - one.top, other.bottom - other.top);
        // The same letters in the same place are one text and its halo.
        if (one.of.textContent === other.of.textContent &&
            Math.abs(one.left - other.left) < least / 2 && Math.abs(one.top - other.top) < least / 2) continue;
        if (one.of !== other.of && wide > 2 && high > 0.4 * least && scroller(one.of) === scroller(other.of))
          faults.push(`${told(one.of)} | ${told(other.of)}`);
      }
    });
    return faults.slice(0, 5);
  };

  /** No text breaks within a figure: 31 on one line and 0 on the next is no 310. */
  const torn = () => {
    const range = document.createRange(), faults = [];
    for (const one of all('.na-figure__value')) {
      if (!shown(one) || !/^[\d,.%]+$/.test(one.textContent.trim())) continue;
      range.selectNodeContents(one);
      if (new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1) faults.push(told(one));
    }
    return faults;
  };

  const FOCUSABLE = 'a[href], button, input, select, textarea, summary, [tabindex], area[href], iframe, [contenteditable]';
  const focusable = () => all(FOCUSABLE).filter(one => one.tabIndex >= 0 && shown(one));

  /** The order of focus is that of the page, from top to bottom. */
  const order = () => {
    const faults = all('[tabindex]').filter(one => one.tabIndex > 0).map(one => told(one, 'has its own place in the order'));
    const stops = focusable().filter(one => !one.matches('.nhsuk-skip-link'));
    stops.forEach((one, place) => {
      if (!place) return;
      const [before, now] = [stops[place - 1].getBoundingClientRect(), one.getBoundingClientRect()];
      if (now.bottom < before.top - 1) faults.push(told(one, 'stands above what comes before it'));
    });
    const reached = all('a, button, summary, [role=button], [role=link], [onclick]').filter(one => shown(one) && one.tabIndex < 0);
    return [...faults, ...reached.map(one => told(one, 'cannot be reached with the keyboard'))];
  };

  /** What scrolls by itself can be reached with the keyboard, and has a name. */
  const regions = () => all('body *').filter(one =>
    (scrolls(one) && one.scrollWidth > one.clientWidth + 1) ||
    (['auto', 'scroll'].includes(getComputedStyle(one).overflowY) && one.scrollHeight > one.clientHeight + 1)
  ).filter(one => shown(one) && !(one.tabIndex >= 0 && one.getAttribute('role') &&
    (one.getAttribute('aria-label') || one.getAttribute('aria-labelledby'))))
    .map(one => told(one, 'scrolls, but not with the keyboard, or it has no name'));

  const look = element => [element, ...element.querySelectorAll('*')].filter(one => !one.closest('svg')).map(one => {
    const style = getComputedStyle(one);
    return [one, style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2 ? '' : style.outlineColor,
      style.boxShadow, style.backgroundColor, parseFloat(style.borderBottomWidth) ? style.borderBottomColor + style.borderBottomWidth : ''];
  });

  /** Whatever has the focus shows it: 3:1 beside what is around it, or beside how it looked before. */
  const focus = forced => {
    const faults = [];
    document.activeElement.blur();
    for (const one of focusable()) {
      const before = look(one);
      one.focus();
      if (document.activeElement !== one) { faults.push(told(one, 'takes no focus')); continue; }
      const around = ground(one.parentElement);
      const seen = look(one).some(([, outline, shadow, back, border], place) => {
        const [, outline0, shadow0, back0, border0] = before[place];
        if (outline && outline !== outline0) {
          if (forced) return true;
          if (colours(outline).some(colour => solid(colour) && ratio(colour, around) >= 3)) return true;
        }
        if (forced) return false;
        if (shadow !== shadow0 && colours(shadow).some(colour => solid(colour) && ratio(colour, around) >= 3)) return true;
        if (border !== border0 && colours(border).some(colour => solid(colour) && ratio(colour, around) >= 3)) return true;
        if (back !== back0 && solid(colours(back)[0]))
          return ratio(colours(back)[0], solid(colours(back0)[0]) ? colours(back0)[0] : around) >= 3;
        return false;
      });
      if (!seen) faults.push(told(one, 'does not show that it has the focus'));
      const box = one.getBoundingClientRect();
      if (box.width < 1 || box.height < 1) faults.push(told(one, 'has the focus and no size'));
      one.blur();
    }
    return [...new Set(faults)];
  };

  /** One heading of level 1, first; each next one at most a level deeper; none empty. */
  const headings = () => {
    const found = all('h1,h2,h3,h4,h5,h6,[role=heading]').filter(shown), faults = [];
    const levels = found.map(one => Number(one.getAttribute('aria-level') || one.tagName[1]));
    if (levels[0] !== 1 || levels.filter(level => level === 1).length !== 1) faults.push(`levels ${levels.slice(0, 9)}`);
    levels.forEach((level, place) => { if (place && level > levels[place - 1] + 1) faults.push(told(found[place], 'is too deep')); });
    return [...faults, ...found.filter(one => !one.textContent.trim()).map(one => told(one, 'is empty'))];
  };

  /** One banner, one main, one contentinfo; every navigation and region with a name of its own; all text within. */
  const landmarks = () => {
    const faults = [];
    for (const [selector, count] of [['body > header, [role=banner]:not(header)', 1], ['main', 1], ['body > footer, [role=contentinfo]:not(footer)', 1]])
      if (all(selector).length !== count) faults.push(`${all(selector).length} of ${selector}`);
    const name = one => one.getAttribute('aria-label') ||
      (one.getAttribute('aria-labelledby') || '').split(' ').map(id => document.getElementById(id)?.textContent ?? '').join(' ').trim();
    const named = all('nav, [role=region], [role=navigation]').filter(shown);
    const names = named.map(one => `${one.tagName} ${name(one)}`);
    named.forEach((one, place) => {
      if (!name(one)) faults.push(told(one, 'has no name'));
      if (names.indexOf(names[place]) !== place) faults.push(told(one, 'has the name of another'));
    });
    if (!document.title.trim()) faults.push('no title');
    if (document.documentElement.lang !== 'en-GB') faults.push('no language');
    const outside = [...document.body.children].filter(one =>
      !one.matches('header, footer, main, .nhsuk-skip-link') && !one.querySelector('main') && one.textContent.trim());
    return [...faults, ...outside.map(one => told(one, 'lies in no landmark'))];
  };

  /** Every picture has a name and a description, and what a picture shows stands in a table after it. */
  const pictures = () => {
    const faults = [], tables = all('table');
    for (const one of all('svg:not(svg svg)')) {
      if (one.closest('[aria-hidden=true]')) continue;
      const ids = (one.getAttribute('aria-labelledby') || '').split(' ').filter(Boolean);
      const words = ids.map(id => document.getElementById(id)?.textContent.trim() ?? '').join(' ') + (one.getAttribute('aria-label') || '');
      if (one.getAttribute('role') !== 'img' || words.trim().length < 3) faults.push(told(one, 'has no text alternative'));
      if (!tables.some(table => one.compareDocumentPosition(table) & Node.DOCUMENT_POSITION_FOLLOWING))
        faults.push(told(one, 'has no table after it'));
    }
    const ids = all('[id]').map(one => one.id);
    return [...faults, ...ids.filter((id, place) => ids.indexOf(id) !== place).map(id => `two things are called ${id}`)];
  };

  /** A table is one for readers of screens too: nothing takes its meaning away, and each column has a heading. */
  const tables = () => all('table').flatMap(one => [
    ...(one.caption?.textContent.trim() ? [] : [told(one, 'has no caption')]),
    ...([...one.querySelectorAll('thead th')].every(head => head.scope === 'col' && head.textContent.trim()) ? [] : [told(one, 'has a column without a heading')]),
    ...([...one.rows].every(row => [...row.cells].reduce((sum, cell) => sum + cell.colSpan, 0) === one.rows[0].cells.length) ? [] : [told(one, 'has rows of different length')]),
  ]);

  /** Where shapes and texts of charts are on the page, for a look at their pixels. */
  const marks = () => {
    const found = [];
    const place = (one, kind) => {
      const box = one.getBoundingClientRect();
      if (!shown(one) || box.width < 2 || box.height < 2) return;
      found.push({kind, ground: ground(one.closest('.na-chart') || one), what: told(one), x: box.left + scrollX, y: box.top + scrollY, width: box.width, height: box.height});
    };
    // A shape that has neither fill nor edge but these lies behind the figures: paper, core hours, lines of a grid.
    const behind = ['none', '#FFFFFF', '#E8EDEE', '#D8DDE0', '#AEB7BD'];
    const meant = one => ['fill', 'stroke'].some(part => !behind.includes(one.closest(`[${part}]`)?.getAttribute(part) ?? 'none'));
    all('.na-chart :is(rect, path, circle):not(defs *)').filter(meant).forEach(one => place(one, 'shape'));
    all('.na-chart svg text').filter(one => one.textContent.trim()).forEach(one => place(one, 'text'));
    return found;
  };

  /** Which of these does not stand out in a picture of the page, given as the address of its data. */
  const pale = async (address, marks) => {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height), pen = canvas.getContext('2d', {willReadFrequently: true});
    pen.drawImage(image, 0, 0);
    const faults = [];
    for (const mark of marks) {
      const [left, top] = [Math.max(0, Math.floor(mark.x) - 1), Math.max(0, Math.floor(mark.y) - 1)];
      const [wide, high] = [Math.min(image.width - left, Math.ceil(mark.width) + 2), Math.min(image.height - top, Math.ceil(mark.height) + 2)];
      if (wide < 1 || high < 1) continue;
      const {data} = pen.getImageData(left, top, wide, high);
      if (mark.kind === 'text') {
        let [darkest, lightest] = [1, 0];
        for (let place = 0; place < data.length; place += 4) {
          const now = light(data, place);
          if (now < darkest) darkest = now;
          if (now > lightest) lightest = now;
        }
        const contrast = (lightest + 0.05) / (darkest + 0.05);
        if (contrast < 4.5) faults.push(`${mark.what}: letters of ${contrast.toFixed(1)}:1`);
        continue;
      }
      const rows = new Set(), columns = new Set(), paper = light(mark.ground || [255, 255, 255]) + 0.05;
      for (let y = 0, place = 0; y < high; y++) for (let x = 0; x < wide; x++, place += 4) {
        const ink = light(data, place) + 0.05;
        if (ink * 3 <= paper || paper * 3 <= ink) { rows.add(y); columns.add(x); }
      }
      // Dashes leave gaps.
      if (rows.size < 0.6 * (high - 2) || columns.size < 0.6 * (wide - 2))
        faults.push(`${mark.what}: ${rows.size} of ${high} rows and ${columns.size} of ${wide} columns stand out`);
    }
    return [...new Set(faults)].slice(0, 6);
  };

  /** What WCAG 1.4.12 lets a reader set. */
  const SPACING = '*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}p{margin-bottom:2em!important}';
  const space = on => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(SPACING);
    document.adoptedStyleSheets = on ? [sheet] : [];
  };
  const folded = () => all('details').map(one => [...one.querySelectorAll('td, p, dd, li')]
    .find(part => part.textContent.trim() && !clipped(part) && !part.matches('.na-csv'))?.textContent.trim().slice(0, 12) ?? '');
  const unfold = open => all('details').forEach(one => { one.open = open; });

  return {overflow, overlaps, torn, order, regions, focus, focusable, headings, landmarks, pictures, tables, marks, pale, space, folded, unfold};
})();
