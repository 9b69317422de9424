"""What gunicorn loads: `clinic.wsgi:app`."""

from clinic.settings import Settings
from clinic.web import create_app

app = create_app(Settings.from_environment())
