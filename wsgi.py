"""The application for a WSGI server: `gunicorn wsgi:app`."""

from training.app import create_app
from training.web import templating

app = create_app()
templating.compile_all(app)
