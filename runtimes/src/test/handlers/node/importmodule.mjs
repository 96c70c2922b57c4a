import 'surely-not-there';
