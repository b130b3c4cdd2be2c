import 'reflect-metadata';
import '@nestjs/common';
