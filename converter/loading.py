"""What the server of the workers loads first: from then on it looks for garbage seldom, which is a tenth of its loading."""

from converter.forking import collect_seldom

collect_seldom()
